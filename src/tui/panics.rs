//! Panics: one of the user interface gives the terminal back first; one of a worker is queued for display and leaves the screen alone.

use std::panic::{self, PanicHookInfo};
use std::sync::Arc;
use std::thread;

use super::terminal;

type Hook = dyn Fn(&PanicHookInfo<'_>) + Send + Sync;

/// Our hook while it lives; the one from before afterwards.
pub struct Watch {
    before: Arc<Hook>,
}

/// Sets the hook. The calling thread is the user interface; `worker_panicked` gets the words of every other thread's panic.
pub fn watch(worker_panicked: impl Fn(String) + Send + Sync + 'static) -> Watch {
    let before: Arc<Hook> = Arc::from(panic::take_hook());
    let interface = thread::current().id();
    let next = Arc::clone(&before);
    panic::set_hook(Box::new(move |info| {
        if thread::current().id() == interface {
            terminal::give_back();
            next(info);
        } else {
            worker_panicked(info.to_string());
        }
    }));
    Watch { before }
}

impl Drop for Watch {
    fn drop(&mut self) {
        // a panicking thread must not touch the hook
        if !thread::panicking() {
            let before = Arc::clone(&self.before);
            panic::set_hook(Box::new(move |info| before(info)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    #[test]
    fn a_workers_panic_is_queued() {
        let queued = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&queued);
        let watch = watch(move |words| sink.lock().expect("not poisoned").push(words));
        let ended = thread::spawn(|| panic!("lane 3 lost its patient")).join();
        drop(watch);
        assert!(ended.is_err());
        let queued = queued.lock().expect("not poisoned");
        assert!(queued.iter().any(|words| words.contains("lane 3 lost its patient")), "{queued:?}");
    }
}
