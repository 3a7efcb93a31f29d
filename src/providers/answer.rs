//! What a handler makes of a call: an answer, work for the pool, or requests to make first.

use super::{CallContext, Services};
use crate::exchange::{Refusal, Reply};
use crate::outbound::{FetchRequest, FetchResult};

/// What a provider makes of a call.
pub enum Answer {
    /// It is ready.
    Ready(Reply),
    /// It takes CPU time, and is made on the bounded pool.
    Compute(Computation),
    /// It needs something from the network. The requests are made first, without a thread; the rest is made on the
    /// bounded pool.
    Fetch(Vec<FetchRequest>, FetchedComputation),
}

/// CPU work that ends in a reply.
pub type Computation = Box<dyn FnOnce(&CallContext, &Services) -> Result<Reply, Refusal> + Send>;

/// CPU work on what was fetched, in the order of the requests.
pub type FetchedComputation =
    Box<dyn FnOnce(Vec<FetchResult>, &CallContext, &Services) -> Result<Reply, Refusal> + Send>;

impl Answer {
    /// Leaves the answer to the pool.
    pub fn compute(
        work: impl FnOnce(&CallContext, &Services) -> Result<Reply, Refusal> + Send + 'static,
    ) -> Self {
        Self::Compute(Box::new(work))
    }

    /// Makes the requests first, and leaves the answer to the pool. Without requests it is computed at once.
    pub fn fetch(
        requests: Vec<FetchRequest>,
        work: impl FnOnce(Vec<FetchResult>, &CallContext, &Services) -> Result<Reply, Refusal> + Send + 'static,
    ) -> Self {
        if requests.is_empty() {
            return Self::compute(move |context, services| work(Vec::new(), context, services));
        }
        Self::Fetch(requests, Box::new(work))
    }
}

impl From<Reply> for Answer {
    fn from(reply: Reply) -> Self {
        Self::Ready(reply)
    }
}
