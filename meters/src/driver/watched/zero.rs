//! Notices a register that falls to zero. It flags, and never changes a value.

/// What the two energies last were, as far as needed to notice a suspicious zero.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ZeroWatch {
    import_was_above_zero: bool,
    export_was_above_zero: bool,
}

impl ZeroWatch {
    /// True if either energy was above zero at some time before and is zero or missing now.
    pub(crate) fn is_suspect(&mut self, import_mwh: Option<u64>, export_mwh: Option<u64>) -> bool {
        fell(&mut self.import_was_above_zero, import_mwh) | fell(&mut self.export_was_above_zero, export_mwh)
    }
}

fn fell(was_above_zero: &mut bool, now_mwh: Option<u64>) -> bool {
    let above_zero = now_mwh.is_some_and(|mwh| mwh > 0);
    let fell = *was_above_zero && !above_zero;
    *was_above_zero |= above_zero;
    fell
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_a_zero_and_a_gap_after_a_value_only() {
        let mut watch = ZeroWatch::default();
        assert!(!watch.is_suspect(Some(0), None));
        assert!(!watch.is_suspect(Some(5), None));
        assert!(watch.is_suspect(Some(0), None));
        assert!(watch.is_suspect(None, None));
        assert!(!watch.is_suspect(Some(3), None), "going back is the caller's to judge");
        assert!(!watch.is_suspect(Some(4), Some(9)));
        assert!(watch.is_suspect(Some(4), Some(0)));
    }
}
