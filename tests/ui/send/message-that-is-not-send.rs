use fluid::consumer;

#[consumer]
async fn store(number: std::rc::Rc<u64>) { //~ std
    println!("{number}");
}

fn main() {}
