//! Loom tests of a member's end and its incarnations.

use super::*;
use crate::options::Options;
use crate::sync::blocking::block_on;
use crate::sync::loom_types::explore;
use crate::sync::thread;

fn node() -> Arc<Node> {
    let node = Node::new("test".into(), Kind::Worker, Options::new(), None, vec![]);
    node.advance(State::Running);
    node
}

#[test]
fn every_waiter_gets_the_first_exit() {
    explore(|| {
        let node = node();
        let waiter = {
            let node = Arc::clone(&node);
            thread::spawn(move || block_on(node.exited()).is_forced())
        };
        let give_up = {
            let node = Arc::clone(&node);
            thread::spawn(move || node.finish(node.report(Cause::Stopped, true, true)))
        };
        node.finish(node.report(Cause::Stopped, false, false));
        give_up.join().unwrap();
        let exit = node.exit().unwrap();
        assert_eq!(waiter.join().unwrap(), exit.is_forced());
        assert_eq!(node.state(), exit.state());
    });
}

#[test]
fn a_waiter_for_the_final_state_finds_an_exit() {
    explore(|| {
        let node = node();
        let waiter = {
            let node = Arc::clone(&node);
            thread::spawn(move || {
                block_on(node.reached(State::Stopped));
                assert!(node.exit().is_some());
            })
        };
        node.finish(node.report(Cause::Stopped, false, false));
        waiter.join().unwrap();
    });
}

#[test]
fn an_old_run_control_is_asked_to_stop_when_the_next_incarnation_begins() {
    explore(|| {
        let node = node();
        let old = node.run_control();
        let waiter = {
            let old = Arc::clone(&old);
            thread::spawn(move || block_on(old.stop_requested().raised()))
        };
        node.renew();
        waiter.join().unwrap();
        assert!(!node.run_control().stop_requested().is_raised());
    });
}
