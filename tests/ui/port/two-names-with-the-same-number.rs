use fluid::{Output, consumer};

#[consumer]
async fn sort(text: String, bad_error: &Output<u64>, video_info: &Output<u64>) { //~ video_info
    drop((text, bad_error, video_info));
}

fn main() {}
