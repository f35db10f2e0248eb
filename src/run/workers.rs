//! Many jobs, a few at a time, their results in order.
//!
//! Owns the one loop that reading and writing share: workers take the next job from a queue, so a slow job delays no
//! other. Results return to the order of the jobs. It must not depend on clients.

use std::any::Any;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;

/// What all workers share: the jobs that wait, and one slot for the result of each. Workers fill the slots in any
/// order.
struct JobQueue<I, R> {
    queue: Mutex<I>,
    done: Mutex<Vec<Option<R>>>,
}

/// Runs jobs over all of `works`, at most `concurrency` at a time, and returns the results in the order of the jobs.
///
/// The first of `works` runs on this thread. Each further one gets a thread and a runtime of its own, which last until
/// all jobs are done, so that no connection ends while another worker uses it. A worker drops each job when the job is
/// done. A panic of a worker goes on to the caller.
pub(super) async fn run<J, I, R, W, F>(jobs: I, concurrency: usize, works: Vec<W>) -> Vec<R>
where
    I: ExactSizeIterator<Item = J> + Send + 'static,
    J: Send + 'static,
    R: Send + 'static,
    W: Fn(J) -> F + Clone + Send + 'static,
    F: Future<Output = R> + Send + 'static,
{
    let total = jobs.len();
    let slots: Vec<Option<R>> = std::iter::repeat_with(|| None).take(total).collect();
    let shared = Arc::new(JobQueue { queue: Mutex::new(jobs.enumerate()), done: Mutex::new(slots) });
    let (over, _) = watch::channel(());
    let concurrency = concurrency.clamp(1, total.max(1));
    let each = (concurrency / works.len().max(1)).max(1);
    let mut works = works.into_iter().take(concurrency);
    let Some(here) = works.next() else { return Vec::new() };
    let rest = concurrency - each * works.len();
    let mut others = Vec::new();
    for work in works {
        let (sender, receiver) = oneshot::channel();
        let (shared, mut over) = (shared.clone(), over.subscribe());
        let body = move || {
            // Without a further runtime the workers here take all jobs.
            let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
            runtime.block_on(async {
                drop(sender.send(workers(shared, each, work).await));
                drop(over.changed().await);
            });
            runtime.shutdown_background();
        };
        if let Ok(thread) = std::thread::Builder::new().spawn(body) {
            others.push((thread, receiver));
        }
    }
    let mut panics = Vec::from_iter(workers(shared.clone(), rest, here).await);
    let (threads, receivers): (Vec<_>, Vec<_>) = others.into_iter().unzip();
    for receiver in receivers {
        panics.extend(receiver.await.ok().flatten());
    }
    drop(over);
    for thread in threads {
        panics.extend(thread.join().err());
    }
    if let Some(panic) = panics.into_iter().next() {
        std::panic::resume_unwind(panic);
    }
    let done = std::mem::take(&mut *shared.done.lock().unwrap_or_else(PoisonError::into_inner));
    #[expect(
        clippy::filter_map_identity,
        reason = "unlike `flatten` it works in place, so memory holds the results once"
    )]
    done.into_iter().filter_map(|slot| slot).collect()
}

/// Runs so many workers on this thread until no job is left. `Some` is the panic of one of them.
async fn workers<J, I, R, W, F>(shared: Arc<JobQueue<I, R>>, count: usize, work: W) -> Option<Box<dyn Any + Send>>
where
    I: Iterator<Item = (usize, J)> + Send + 'static,
    J: Send + 'static,
    R: Send + 'static,
    W: Fn(J) -> F + Clone + Send + 'static,
    F: Future<Output = R> + Send + 'static,
{
    let mut workers = JoinSet::new();
    for _ in 0..count {
        let (shared, work) = (shared.clone(), work.clone());
        workers.spawn(async move {
            loop {
                let next = shared.queue.lock().unwrap_or_else(PoisonError::into_inner).next();
                let Some((index, job)) = next else { break };
                let result = work(job).await;
                if let Some(slot) = shared.done.lock().unwrap_or_else(PoisonError::into_inner).get_mut(index) {
                    *slot = Some(result);
                }
            }
        });
    }
    let mut panic = None;
    while let Some(ended) = workers.join_next().await {
        panic = panic.or(ended.err().filter(|error| error.is_panic()).map(|error| error.into_panic()));
    }
    panic
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn results_keep_the_order_of_the_jobs_and_few_run_at_a_time() {
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
        let results = run(0..100u32, 4, vec![work]).await;
        assert_eq!(results, (0..100).collect::<Vec<u32>>());
        assert!((2..=4).contains(&seen.load(Ordering::SeqCst)));
    }

    #[tokio::test]
    async fn no_jobs_are_no_results() {
        assert_eq!(run(Vec::<u8>::new().into_iter(), 8, vec![async |job| job]).await, Vec::<u8>::new());
    }

    #[tokio::test]
    async fn several_threads_share_the_jobs_and_their_results_stay_in_order() {
        let here = std::thread::current().id();
        let work = async |job: u32| {
            tokio::time::sleep(Duration::from_micros(200)).await;
            (job, std::thread::current().id())
        };
        let results = run(0..200u32, 4, vec![work, work]).await;
        assert!(results.iter().map(|(job, _)| *job).eq(0..200));
        assert!(results.iter().any(|(_, thread)| *thread == here) && results.iter().any(|(_, thread)| *thread != here));
    }

    #[tokio::test]
    #[should_panic(expected = "job 150")]
    async fn a_panic_on_another_thread_reaches_the_caller() {
        let work = async |job: u32| {
            tokio::time::sleep(Duration::from_micros(100)).await;
            assert_ne!(job, 150, "job {job}");
        };
        run(0..200u32, 2, vec![work, work]).await;
    }
}
