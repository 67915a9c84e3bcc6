//! Notices a terminal that hung up. crossterm 0.29 reads a dead terminal in an endless loop and never says so: one thread sleeps until the system tells
//! of the hang-up, which costs nothing meanwhile.

use super::runner::Event;
use std::sync::mpsc::Sender;

/// Sends [`Event::InputLost`] when standard input hangs up.
#[cfg(unix)]
pub fn watch(sender: Sender<Event>) {
    use rustix::event::{PollFd, PollFlags, poll};
    std::thread::spawn(move || {
        loop {
            let input = std::io::stdin();
            // no event is asked for: a hang-up and an error are always told
            let mut watched = [PollFd::new(&input, PollFlags::empty())];
            match poll(&mut watched, None) {
                Err(rustix::io::Errno::INTR) => {}
                Err(_) => return,
                Ok(_) => {
                    sender.send(Event::InputLost).unwrap_or_default();
                    return;
                }
            }
        }
    });
}

/// Elsewhere the reading itself fails.
#[cfg(not(unix))]
pub fn watch(_sender: Sender<Event>) {}
