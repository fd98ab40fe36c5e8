//! Market files, reconciliation, exports and gaps, from the rows.
