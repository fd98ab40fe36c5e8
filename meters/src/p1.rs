//! P1 telegrams: from and to text, with their CRC16.
