#![deny(warnings)]
#![allow(dead_code, reason = "they need only compile")]

use fluid::{consumer, worker, workers};

/// A reference that lives forever is a value: as an output, as a message, as configuration.
#[worker(heartbeat = "1s")]
async fn name(prefix: &'static str) -> &'static str {
    prefix
}

#[consumer]
async fn show(name: &'static str, _suffix: &'static str) -> u64 {
    name.len() as u64
}

#[derive(Clone)]
struct Point {
    x: u64,
    y: u64,
}

/// A pattern behind the name of the configuration.
#[consumer(concurrency = 2)]
async fn sum(number: u64, point @ Point { x, .. }: Point) -> u64 {
    number + x + point.y
}

/// A number with a suffix.
#[consumer(batch = 10u32)]
async fn keep(_names: Vec<&'static str>) {}

/// Parameters under a configuration.
#[consumer(concurrency = 2)]
async fn count(
    number: u64,
    #[cfg(test)] offset: &u64,
    #[cfg(not(test))] label: &String,
    #[cfg(not(test))] scale: u64,
) {
    let _ = number + offset;
    #[cfg(not(test))]
    let _ = (label, scale);
}

/// A name without upper and lower case.
#[consumer]
async fn 保存(_number: u64) {}

fn twice(number: u64) -> u64 {
    2 * number
}

trait Tripled {
    fn tripled(self) -> u64;
}

impl Tripled for u64 {
    fn tripled(self) -> u64 {
        3 * self
    }
}

workers! {
    struct Forms(offset: u64, point: Point) {
        name: Name { prefix: "a" },
        #[allow(deprecated)]
        #[cfg_attr(test, allow(clippy::useless_conversion))]
        show: Show { _suffix: "b" },
        #[expect(clippy::clone_on_copy)]
        sum: Sum { point: point.as_ref().clone() },
        count: Count { offset },
        pub keep: Keep,
        保存: 保存,
    }

    name => show => sum with twice as fn(u64) -> u64;
    sum => count with <u64 as Tripled>::tripled;
    sum => 保存 with ::std::convert::identity::<u64>;

    after_shutdown(_) => {};
}

workers! {
    struct Last {
        保存: 保存 = 保存 {},
        name: Name { prefix: "a" },
        show: Show { _suffix: "b" },
    }

    name -> show -> 保存 with std::convert::identity;

    after_shutdown(mut exit) => {
        let _ = &mut exit;
    };
}
