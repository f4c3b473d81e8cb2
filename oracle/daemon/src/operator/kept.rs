//! What is costly to load and worth keeping: loaded once for everybody who waits, a few at a time, bounded in all.

use std::fmt::Display;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;

/// Most entries that are kept.
const ENTRIES_MAX: usize = 8;
/// Most loads at once: the rest of the machine signs.
const LOADS_MAX: usize = 2;

/// Why there is no entry.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum KeptError<E> {
    /// As many as may be are being loaded.
    Busy,
    /// The load failed.
    Load(E),
    /// The load that somebody else had begun failed.
    Shared(String),
}

/// Present once it is loaded; the error as text for those who waited.
type Slot<V> = watch::Receiver<Option<Result<Arc<V>, String>>>;

#[derive(Debug)]
struct Entry<K, V> {
    key: K,
    slot: Slot<V>,
}

/// The least recently used entries give way to new ones.
#[derive(Debug)]
pub(super) struct Kept<K, V> {
    entries: Arc<Mutex<Vec<Entry<K, V>>>>,
    loads: Arc<Semaphore>,
    /// What an entry weighs, and the most that all may.
    weigh: fn(&V) -> usize,
    weight_max: usize,
}

impl<K, V> Kept<K, V>
where
    K: Copy + PartialEq + Send + 'static,
    V: Send + Sync + 'static,
{
    /// Keeps nothing yet.
    pub(super) fn new(weigh: fn(&V) -> usize, weight_max: usize) -> Self {
        Self { entries: Arc::default(), loads: Arc::new(Semaphore::new(LOADS_MAX)), weigh, weight_max }
    }

    /// The entry of `key`, from `load` if nobody has loaded it or is about to. A load that has begun goes on when the
    /// caller no longer waits; one that fails is not kept.
    pub(super) async fn get<E>(
        &self,
        key: K,
        load: impl Future<Output = Result<V, E>> + Send + 'static,
    ) -> Result<Arc<V>, KeptError<E>>
    where
        E: Display + Send + 'static,
    {
        match self.begin(key, load)? {
            Begun::ByOther(slot) => wait(slot).await,
            Begun::Here(task) => match task.await {
                Ok(loaded) => loaded.map_err(KeptError::Load),
                Err(error) => Err(KeptError::Shared(error.to_string())),
            },
        }
    }

    fn begin<E>(
        &self,
        key: K,
        load: impl Future<Output = Result<V, E>> + Send + 'static,
    ) -> Result<Begun<V, E>, KeptError<E>>
    where
        E: Display + Send + 'static,
    {
        let mut entries = lock(&self.entries);
        if let Some(place) = entries.iter().position(|entry| entry.key == key) {
            let used = entries.remove(place);
            let slot = used.slot.clone();
            entries.push(used);
            return Ok(Begun::ByOther(slot));
        }
        let place = self.loads.clone().try_acquire_owned().map_err(|_| KeptError::Busy)?;
        let (sender, slot) = watch::channel(None);
        entries.push(Entry { key, slot: slot.clone() });
        let (all, weigh, weight_max) = (self.entries.clone(), self.weigh, self.weight_max);
        let forget = Forget { entries: self.entries.clone(), slot };
        Ok(Begun::Here(tokio::spawn(async move {
            let _held = (place, forget);
            let loaded = load.await.map(Arc::new);
            let told = loaded.as_ref().map(Arc::clone).map_err(ToString::to_string);
            sender.send_replace(Some(told));
            make_room(&mut lock(&all), weigh, weight_max);
            loaded
        })))
    }
}

/// Who loads an entry.
enum Begun<V, E> {
    /// Somebody has, or is about to.
    ByOther(Slot<V>),
    /// The caller.
    Here(JoinHandle<Result<Arc<V>, E>>),
}

/// Removes the entry that has no value when its load ends, in whatever way.
struct Forget<K, V> {
    entries: Arc<Mutex<Vec<Entry<K, V>>>>,
    slot: Slot<V>,
}

impl<K, V> Drop for Forget<K, V> {
    fn drop(&mut self) {
        if !matches!(&*self.slot.borrow(), Some(Ok(_))) {
            lock(&self.entries).retain(|entry| !entry.slot.same_channel(&self.slot));
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn wait<V, E>(mut slot: Slot<V>) -> Result<Arc<V>, KeptError<E>> {
    let loaded = match slot.wait_for(Option::is_some).await {
        Ok(loaded) => loaded.clone(),
        Err(_) => None,
    };
    match loaded {
        Some(loaded) => loaded.map_err(KeptError::Shared),
        None => Err(KeptError::Shared("it was not loaded to its end".to_owned())),
    }
}

/// Lets the least recently used values go until the others fit. What is being loaded stays, and so does the newest value.
fn make_room<K, V>(entries: &mut Vec<Entry<K, V>>, weigh: fn(&V) -> usize, weight_max: usize) {
    let (mut count, mut weight) = (0usize, 0usize);
    let mut keep = Vec::new();
    for entry in entries.drain(..).rev() {
        let value = match &*entry.slot.borrow() {
            Some(Ok(value)) => Some(weigh(value)),
            _ => None,
        };
        let fits = value.is_none_or(|own| {
            let with = weight.checked_add(own).filter(|with| *with <= weight_max || count == 0);
            if count < ENTRIES_MAX
                && let Some(with) = with
            {
                (count, weight) = (count.checked_add(1).unwrap_or(ENTRIES_MAX), with);
                return true;
            }
            false
        });
        if fits {
            keep.push(entry);
        }
    }
    keep.reverse();
    *entries = keep;
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use tokio::sync::oneshot;

    use super::*;

    fn kept(weight_max: usize) -> Kept<u64, usize> {
        Kept::new(|value| *value, weight_max)
    }

    /// A load that ends when it is told to.
    fn held(value: usize) -> (oneshot::Sender<()>, impl Future<Output = Result<usize, String>>) {
        let (end, ended) = oneshot::channel();
        (end, async move {
            ended.await.map_err(|_| "never told".to_owned())?;
            Ok(value)
        })
    }

    async fn has(kept: &Kept<u64, usize>, key: u64) -> bool {
        kept.get(key, async { Err("not kept") }).await.is_ok()
    }

    #[tokio::test]
    async fn everybody_waits_for_one_load() {
        let (kept, loads) = (Arc::new(kept(100)), Arc::new(AtomicUsize::new(0)));
        let tasks: Vec<_> = (0..20)
            .map(|_| {
                let (kept, loads) = (kept.clone(), loads.clone());
                tokio::spawn(async move {
                    let load = async move {
                        loads.fetch_add(1, Ordering::SeqCst);
                        tokio::time::sleep(Duration::from_millis(20)).await;
                        Ok::<_, String>(5)
                    };
                    kept.get(1, load).await
                })
            })
            .collect();
        for task in tasks {
            assert_eq!(task.await.unwrap(), Ok(Arc::new(5)));
        }
        assert_eq!(loads.load(Ordering::SeqCst), 1);
        assert!(has(&kept, 1).await);
    }

    #[tokio::test]
    async fn a_third_load_is_refused_and_what_is_kept_is_not() {
        let kept = Arc::new(kept(100));
        kept.get(9, async { Ok::<_, String>(1) }).await.unwrap();
        let mut ends = Vec::new();
        let mut tasks = Vec::new();
        for key in 0..2 {
            let (end, load) = held(1);
            let kept = kept.clone();
            tasks.push(tokio::spawn(async move { kept.get(key, load).await }));
            ends.push(end);
        }
        tokio::task::yield_now().await;
        assert_eq!(kept.get(2, async { Ok::<_, String>(1) }).await, Err(KeptError::Busy));
        assert!(has(&kept, 9).await);
        for end in ends {
            end.send(()).unwrap();
        }
        for task in tasks {
            assert_eq!(task.await.unwrap(), Ok(Arc::new(1)));
        }
        assert_eq!(kept.get(2, async { Ok::<_, String>(3) }).await, Ok(Arc::new(3)));
    }

    /// Else a load longer than a request may take would never end.
    #[tokio::test]
    async fn a_load_outlives_its_caller() {
        let kept = Arc::new(kept(100));
        let (end, load) = held(7);
        let waited = tokio::time::timeout(Duration::from_millis(5), kept.get(1, load)).await;
        assert!(waited.is_err());
        end.send(()).unwrap();
        assert_eq!(kept.get(1, async { Err("loaded twice") }).await, Ok(Arc::new(7)));
    }

    #[tokio::test]
    async fn a_failure_is_told_to_all_and_not_kept() {
        let kept = Arc::new(kept(100));
        let (end, load) = held(1);
        let first = tokio::spawn({
            let kept = kept.clone();
            async move { kept.get(1, load).await }
        });
        tokio::task::yield_now().await;
        let second = tokio::spawn({
            let kept = kept.clone();
            async move { kept.get(1, async { Err("loaded twice".to_owned()) }).await }
        });
        tokio::task::yield_now().await;
        drop(end);
        assert_eq!(first.await.unwrap(), Err(KeptError::Load("never told".to_owned())));
        assert_eq!(second.await.unwrap(), Err(KeptError::Shared("never told".to_owned())));
        let bug = kept.get(1, async { if true { panic!("a bug") } else { Err("none") } }).await;
        assert!(matches!(bug, Err(KeptError::Shared(_))));
        assert_eq!(kept.get(1, async { Ok::<_, String>(2) }).await, Ok(Arc::new(2)));
    }

    #[tokio::test]
    async fn what_was_not_used_for_longest_gives_way() {
        let by_count = kept(100);
        for key in 0..8 {
            by_count.get(key, async { Ok::<_, String>(1) }).await.unwrap();
        }
        assert!(has(&by_count, 0).await);
        by_count.get(8, async { Ok::<_, String>(1) }).await.unwrap();
        assert!(!has(&by_count, 1).await, "0 was used after it");
        for key in [0, 2, 3, 4, 5, 6, 7, 8] {
            assert!(has(&by_count, key).await, "{key}");
        }
        let by_weight = kept(10);
        for (key, weight) in [(0, 4), (1, 4), (2, 2)] {
            by_weight.get(key, async move { Ok::<_, String>(weight) }).await.unwrap();
        }
        assert!(has(&by_weight, 0).await);
        by_weight.get(3, async { Ok::<_, String>(3) }).await.unwrap();
        assert!(!has(&by_weight, 1).await);
        assert!(has(&by_weight, 2).await && has(&by_weight, 0).await && has(&by_weight, 3).await);
        by_weight.get(4, async { Ok::<_, String>(11) }).await.unwrap();
        assert!(has(&by_weight, 4).await, "the newest stays");
        assert!(!has(&by_weight, 3).await);
    }
}
