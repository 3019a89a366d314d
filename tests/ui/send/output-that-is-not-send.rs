use fluid::worker;

#[worker(heartbeat = "1s")]
async fn poll() -> Option<std::rc::Rc<u64>> { //~ std
    None
}

fn main() {}
