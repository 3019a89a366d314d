use fluid::{consumer, workers};

trait Read<'a> {
    fn read(&'a self) -> &'a str;
}

impl<'a> Read<'a> for String {
    fn read(&'a self) -> &'a str {
        self
    }
}

#[consumer]
async fn first<'a, T: Read<'a> + 'a>(number: u64, text: &'a T) {
    println!("{number}: {}", text.read());
}

#[consumer]
async fn second<'a, T>(number: u64, list: &'a T)
where
    &'a T: IntoIterator<Item = &'a u64>,
{
    println!("{}", list.into_iter().sum::<u64>() + number);
}

workers! {
    struct Bounds(text: String, list: Vec<u64>) {
        pub first: First<String> { text },
        pub second: Second<Vec<u64>> { list },
    }
}

#[test]
fn bounds_may_name_lifetimes() {
    let bounds = Bounds::new("text".to_owned(), vec![1]);
    bounds.first().try_send(1).unwrap();
    bounds.second().try_send(2).unwrap();
}
