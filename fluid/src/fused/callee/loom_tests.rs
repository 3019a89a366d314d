//! Lending and returning a worker in every order of threads.

use super::*;
use crate::node::Node;
use crate::options::Options;
use crate::queue::Channel;
use crate::state::Kind;
use crate::state::Nothing;
use crate::sync::blocking::block_on;
use crate::sync::flag::Flags;
use crate::sync::loom_types::explore;
use crate::sync::thread::{self, JoinHandle};

/// A worker that is lent to another thread.
struct Called;

impl Worker for Called {
    type Message = u64;
    type Output = Nothing;
    type Ports = ();

    async fn run(&mut self, _: &Context, _: &mut Io<Self>) -> Result<(), Error> {
        unreachable!("the borrower makes its calls")
    }
}

/// The cell of a worker, and the context of its incarnation.
fn lendable() -> (Arc<HandoffCell<Called>>, Context) {
    let node = Node::new("test".into(), Kind::Consumer, Options::new(), None, vec![]);
    let run_control = node.run_control();
    (HandoffCell::new(), Context::new(node, run_control))
}

/// Lends a worker on another thread, until its incarnation ends or is aborted. The thread returns the result of the
/// incarnation, or `None` after an abort. It panics if the worker was not returned.
fn lend(cell: &Arc<HandoffCell<Called>>, ctx: &Context) -> JoinHandle<Option<Result<(), Error>>> {
    let (cell, ctx) = (Arc::clone(cell), ctx.clone());
    thread::spawn(move || {
        let options = Options::new();
        let channel = Channel::new("test".into(), &options, None);
        let mut worker = Detachable::new(Called);
        let mut io = Detachable::new(Io::new(&channel, &options, &Arc::default()));
        let mut lent = FusedCallee::new(cell);
        let cut = ctx.run_control().cut_off();
        let result = block_on(async {
            let result = until(cut, lent.run(&mut worker, &ctx, &mut io)).await;
            if result.is_none() {
                lent.recover(Some(&mut worker), &mut io).await;
            }
            result
        });
        drop((worker.take(), io.take()));
        result
    })
}

#[test]
fn a_borrower_gets_the_worker_or_learns_that_it_has_ended() {
    explore(|| {
        let (cell, ctx) = lendable();
        let lent = lend(&cell, &ctx);
        let borrower = {
            let cell = Arc::clone(&cell);
            // The worker may be borrowed twice, or the first borrow fails and so does the second.
            thread::spawn(move || [(); 2].map(|()| block_on(cell.borrow()).is_some()))
        };
        ctx.end();
        assert!(lent.join().unwrap().unwrap().is_ok());
        let had = borrower.join().unwrap();
        assert!(had[0] || !had[1]);
    });
}

#[test]
fn a_borrowed_worker_is_returned_when_its_incarnation_is_cut_off() {
    explore(|| {
        let (cell, ctx) = lendable();
        let lent = lend(&cell, &ctx);
        let borrower = {
            let cell = Arc::clone(&cell);
            thread::spawn(move || drop(block_on(cell.borrow())))
        };
        ctx.run_control().cut_off().raise();
        assert!(lent.join().unwrap().is_none());
        borrower.join().unwrap();
    });
}

#[test]
fn a_failure_is_returned_with_the_worker_even_at_a_stop() {
    explore(|| {
        let (cell, ctx) = lendable();
        let lent = lend(&cell, &ctx);
        let borrower = {
            let cell = Arc::clone(&cell);
            thread::spawn(move || {
                let mut guard = block_on(cell.borrow());
                let lent = guard.as_mut().and_then(|guard| guard.0.as_mut());
                lent.map(|lent| lent.failure = Some("failed".into()))
                    .is_some()
            })
        };
        ctx.end();
        let result = lent.join().unwrap().unwrap();
        assert_eq!(result.is_err(), borrower.join().unwrap());
    });
}

#[test]
fn a_borrower_whose_wait_is_cancelled_does_not_keep_the_worker() {
    explore(|| {
        let (cell, ctx) = lendable();
        let lent = lend(&cell, &ctx);
        let flags = Arc::new(Flags::default());
        let borrower = {
            let (cell, flags) = (Arc::clone(&cell), Arc::clone(&flags));
            thread::spawn(move || drop(block_on(until(flags.flag(0), cell.borrow()))))
        };
        flags.flag(0).raise();
        borrower.join().unwrap();
        ctx.end();
        assert!(lent.join().unwrap().unwrap().is_ok());
    });
}
