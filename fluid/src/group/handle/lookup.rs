//! Finding the members of a group by their names.

use std::sync::Arc;

use super::GroupHandle;
use crate::error::LookupError;
use crate::group::worker_handle::{ConsumerHandle, WorkerHandle};
use crate::queue::{Channel, SendOrigin, Sender};

impl GroupHandle {
    /// The handle of a member, or of a member of a nested group. `path` is its name, or the names on the path joined
    /// with `/`. Returns `None` if there is no such member now: it was never added, or was removed or forgotten.
    #[must_use]
    pub fn worker(&self, path: &str) -> Option<WorkerHandle> {
        self.node().find(path).map(WorkerHandle::new)
    }

    /// The handle of a consumer of `M`, which can send. `path` is that of [`worker`](Self::worker).
    ///
    /// For groups whose members are known only at run time. Code that knows the group has its typed handles, from
    /// [`add`](Self::add) or from the accessors that `workers!` makes. This also finds consumers that `workers!` declares
    /// without `pub`.
    ///
    /// ```
    /// # use fluid::{Workers, consumer};
    /// # #[consumer]
    /// # async fn print(line: String) { println!("{line}") }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let group = Workers::new("printers").startup().await?;
    /// group.add(Print)?;
    /// group.consumer::<String>("print")?.send("hello".to_owned()).await?;
    /// assert!(group.consumer::<u64>("print").is_err());
    /// # assert!(group.shutdown().await.is_success());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`LookupError`] says whether there is no such member, whether it has no queue, or whether its messages are of
    /// another type.
    pub fn consumer<M: Send + 'static>(
        &self,
        path: &str,
    ) -> Result<ConsumerHandle<M>, LookupError> {
        let node = self.node().find(path);
        let node = node.ok_or_else(|| LookupError::NoSuchWorker {
            worker: path.into(),
            group: self.worker_name().into(),
        })?;
        let queue = node.queue_control.as_ref().map(Arc::clone);
        let queue = queue.ok_or_else(|| LookupError::NoConsumer {
            worker: path.into(),
        })?;
        let (queue, consumes) = queue.typed();
        let channel = queue.downcast::<Channel<M>>();
        let channel = channel.map_err(|_| LookupError::OtherMessage {
            worker: path.into(),
            expected: std::any::type_name::<M>(),
            consumes,
        })?;
        let sender = Sender::new(channel, SendOrigin::Public);
        Ok(ConsumerHandle::new(WorkerHandle::new(node), sender))
    }
}
