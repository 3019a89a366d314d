//! The labels of the metrics.

use std::fmt;

use prometheus_client::encoding::{EncodeLabel, EncodeLabelSet, LabelSetEncoder};

#[derive(Debug)]
pub(super) struct GroupLabel<'a>(pub(super) &'a str);

#[derive(Debug)]
pub(super) struct WorkerLabels<'a> {
    pub(super) group: &'a str,
    pub(super) worker: &'a str,
}

/// Other labels, and a state.
#[derive(Debug)]
pub(super) struct StateLabel<'a, L> {
    pub(super) labels: &'a L,
    pub(super) state: &'static str,
}

impl EncodeLabelSet for GroupLabel<'_> {
    fn encode(&self, encoder: &mut LabelSetEncoder<'_>) -> fmt::Result {
        ("group", self.0).encode(encoder.encode_label())
    }
}

impl EncodeLabelSet for WorkerLabels<'_> {
    fn encode(&self, encoder: &mut LabelSetEncoder<'_>) -> fmt::Result {
        GroupLabel(self.group).encode(encoder)?;
        ("worker", self.worker).encode(encoder.encode_label())
    }
}

impl<L: EncodeLabelSet> EncodeLabelSet for StateLabel<'_, L> {
    fn encode(&self, encoder: &mut LabelSetEncoder<'_>) -> fmt::Result {
        self.labels.encode(encoder)?;
        ("state", self.state).encode(encoder.encode_label())
    }
}
