mod service {
    struct Secret(u64);

    #[fluid::worker(heartbeat = "1s")]
    async fn make() -> Secret {
        Secret(1)
    }

    #[fluid::consumer]
    async fn take(secret: Secret, late: &fluid::Output<Secret>) {
        println!("{}", secret.0);
        let _ = late.send(secret).await;
    }

    fluid::workers! {
        pub(crate) struct Service {
            make: Make,
            take: Take,
        }

        make => take;
        take.late => _;
    }
}

#[test]
fn a_public_group_may_have_a_private_worker() {
    assert_eq!(service::Service::new().num_workers(), 2);
}
