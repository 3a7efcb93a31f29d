//! How much memory decoded pictures may take at once, over all threads.

use super::PictureError;
use std::sync::{Condvar, Mutex, MutexGuard};

/// Bytes that a decoded picture takes for each of its pixels while it is decoded and looked at.
pub(super) const LOOKED_AT: u64 = 16;

/// Bytes that a picture takes for each of its pixels while its object is cut out at full size.
pub(super) const CUT_OUT: u64 = 90;

/// The memory that pictures share. Who needs more than is free waits for others to be done: none of them waits while it
/// holds a part.
#[derive(Debug)]
pub(super) struct MemoryBudget {
    total: u64,
    /// Held to count, never while a picture is worked on.
    used: Mutex<u64>,
    freed: Condvar,
}

impl MemoryBudget {
    pub(super) fn new(total: u64) -> Self {
        Self {
            total,
            used: Mutex::new(0),
            freed: Condvar::new(),
        }
    }

    /// Reserves so many bytes, or waits for them.
    ///
    /// # Errors
    /// [`PictureError::Size`] where there are never so many.
    pub(super) fn reserve(&self, bytes: u64) -> Result<MemoryReservation<'_>, PictureError> {
        if bytes > self.total {
            return Err(PictureError::Size);
        }
        let fits = |used: &mut u64| *used + bytes > self.total;
        let used = self.freed.wait_while(self.used(), fits);
        *used.expect("no panic while held") += bytes;
        Ok(MemoryReservation { budget: self, bytes })
    }

    fn used(&self) -> MutexGuard<'_, u64> {
        self.used.lock().expect("no panic while held")
    }
}

/// A part of the memory, given back when it is dropped.
#[derive(Debug)]
pub(super) struct MemoryReservation<'a> {
    budget: &'a MemoryBudget,
    bytes: u64,
}

impl Drop for MemoryReservation<'_> {
    fn drop(&mut self) {
        *self.budget.used() -= self.bytes;
        self.budget.freed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;

    #[test]
    fn who_needs_more_than_is_free_waits_and_who_needs_more_than_there_is_does_not() {
        let budget = MemoryBudget::new(100);
        assert!(matches!(budget.reserve(101), Err(PictureError::Size)));
        let first = budget.reserve(60).unwrap();
        let second = budget.reserve(40).unwrap();
        let (sender, receiver) = channel();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let _third = budget.reserve(50).unwrap();
                sender.send(*budget.used()).unwrap();
            });
            drop(second);
            assert!(receiver.try_recv().is_err(), "60 of 100 are in use");
            drop(first);
            assert_eq!(receiver.recv(), Ok(50));
        });
        assert_eq!(*budget.used(), 0);
    }
}
