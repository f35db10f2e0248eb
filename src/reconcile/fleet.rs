//! Many jobs, a few at a time, their results in order.
//!
//! Owns the one loop that both halves of a run use: workers take the next job from a queue, so a slow one holds back nothing,
//! and results go back to the order of the jobs. It knows nothing of clients.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::task::JoinSet;

/// Runs `work` over all jobs, at most `concurrency` at once, and returns the results in the order of the jobs.
///
/// A job is dropped by its worker when it is done, not when all are. A panic of a worker is passed on.
pub(super) async fn run<J, I, R, W, F>(jobs: I, concurrency: usize, work: W) -> Vec<R>
where
    I: ExactSizeIterator<Item = J> + Send + 'static,
    J: Send + 'static,
    R: Send + 'static,
    W: Fn(J) -> F + Clone + Send + 'static,
    F: Future<Output = R> + Send,
{
    let total = jobs.len();
    let queue = Arc::new(Mutex::new(jobs.enumerate()));
    // One slot a job, filled in any order: results are put where they belong and never copied or sorted.
    let slots: Vec<Option<R>> = std::iter::repeat_with(|| None).take(total).collect();
    let done = Arc::new(Mutex::new(slots));
    let mut workers = JoinSet::new();
    for _ in 0..concurrency.clamp(1, total.max(1)) {
        let (queue, done, work) = (queue.clone(), done.clone(), work.clone());
        workers.spawn(async move {
            loop {
                let next = queue.lock().unwrap_or_else(PoisonError::into_inner).next();
                let Some((index, job)) = next else { break };
                let result = work(job).await;
                if let Some(slot) = done.lock().unwrap_or_else(PoisonError::into_inner).get_mut(index) {
                    *slot = Some(result);
                }
            }
        });
    }
    while let Some(ended) = workers.join_next().await {
        if let Err(error) = ended
            && error.is_panic()
        {
            std::panic::resume_unwind(error.into_panic());
        }
    }
    drop(queue);
    let done = std::mem::take(&mut *done.lock().unwrap_or_else(PoisonError::into_inner));
    #[expect(
        clippy::filter_map_identity,
        reason = "unlike `flatten` it works in place: the results are never held twice"
    )]
    done.into_iter().filter_map(|slot| slot).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn results_stand_in_the_order_of_the_jobs_and_few_run_at_once() {
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let seen = most.clone();
        let work = move |job: u32| {
            let (now, most) = (now.clone(), most.clone());
            async move {
                most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_micros(500 * u64::from(job % 3))).await;
                now.fetch_sub(1, Ordering::SeqCst);
                job
            }
        };
        let results = run(0..100u32, 4, work).await;
        assert_eq!(results, (0..100).collect::<Vec<u32>>());
        assert!((2..=4).contains(&seen.load(Ordering::SeqCst)));
    }

    #[tokio::test]
    async fn no_jobs_are_no_results() {
        assert_eq!(run(Vec::<u8>::new().into_iter(), 8, async |job| job).await, Vec::<u8>::new());
    }
}
