//! The steps of a clearing, checked, by zone and limit and by id. Nothing here decides what trades.

use crate::{MAX_STEPS, MAX_ZONES, Network, Step};
use alloc::vec::Vec;
use core::{fmt, ops::Range};
use deren_primitives::{OrderStepId, Side, ZoneId};

const INDEX_BITS: u32 = MAX_STEPS.ilog2();
const INDEX_MASK: u64 = (1 << INDEX_BITS) - 1;
const SIDE_BITS: u32 = 1;
const LIMIT_BITS: u32 = u32::BITS;
const _: () = assert!(INDEX_BITS + SIDE_BITS + LIMIT_BITS + MAX_ZONES.ilog2() <= u64::BITS);

/// Why steps cannot be cleared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClearError {
    /// More steps than [`MAX_STEPS`].
    TooManySteps(usize),
    /// A step is in a zone that the market does not have.
    UnknownZone {
        /// The step.
        id: OrderStepId,
        /// The zone that it names.
        zone: ZoneId,
    },
    /// Two steps have the same id.
    DuplicateStep(OrderStepId),
}

impl fmt::Display for ClearError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooManySteps(count) => write!(f, "{count} orders: a clearing has at most {MAX_STEPS}"),
            Self::UnknownZone { id, zone } => write!(f, "order {id}: its zone {zone} is not a zone of this market"),
            Self::DuplicateStep(id) => write!(f, "order {id} is there twice: give each order its own id"),
        }
    }
}

impl core::error::Error for ClearError {}

/// A step's place in the order by zone, limit, side and index, in one number: such numbers sort several times
/// faster than steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key(u64);

impl Key {
    fn new(place: usize, step: &Step, index: usize) -> Self {
        Self::first(place, step.limit_ueur_per_kwh, step.side).with(index as u64)
    }

    /// The smallest key of this zone, limit and side.
    fn first(place: usize, limit: u32, side: Side) -> Self {
        let zone = (place as u64) << (LIMIT_BITS + SIDE_BITS + INDEX_BITS);
        let limit = u64::from(limit) << (SIDE_BITS + INDEX_BITS);
        Self(zone | limit | u64::from(side == Side::Buy) << INDEX_BITS)
    }

    fn with(self, index: u64) -> Self {
        Self(self.0 | index)
    }

    fn index(self) -> usize {
        (self.0 & INDEX_MASK) as usize
    }
}

/// The steps of a clearing, in the orders in which it reads them.
pub(crate) struct Book<'a> {
    steps: &'a [Step],
    /// By zone (its place in the network), then limit, sellers first.
    keys: Vec<Key>,
    /// Of each zone, by place, the part of `keys` that is its own.
    zones: Vec<Range<usize>>,
    /// Indices of all steps by id.
    by_id: Vec<u32>,
}

impl<'a> Book<'a> {
    /// Checks the steps and puts them in order.
    pub fn new(network: &Network, steps: &'a [Step]) -> Result<Self, ClearError> {
        if steps.len() > MAX_STEPS {
            return Err(ClearError::TooManySteps(steps.len()));
        }
        let by_id = indices_by_id(steps)?;
        let key = |(index, step): (usize, &Step)| match network.place(step.zone) {
            Some(place) => Ok(Key::new(place, step, index)),
            None => Err(ClearError::UnknownZone { id: step.id, zone: step.zone }),
        };
        let mut keys = steps.iter().enumerate().map(key).collect::<Result<Vec<_>, _>>()?;
        keys.sort_unstable();
        let first = |place: usize| keys.partition_point(|key| *key < Key::first(place, 0, Side::Sell));
        let zones = (0..network.nodes().len()).map(|place| first(place)..first(place.saturating_add(1))).collect();
        Ok(Self { steps, keys, zones, by_id })
    }

    /// How many steps the zone at this place has.
    pub fn count_in_zone(&self, place: usize) -> usize {
        self.zones.get(place).map_or(0, ExactSizeIterator::len)
    }

    /// The steps of the zone at this place with their indices, by limit, sellers first.
    pub fn in_zone(&self, place: usize) -> impl Iterator<Item = (usize, &'a Step)> + '_ {
        self.read(self.zones.get(place).cloned().unwrap_or_default())
    }

    /// The zone's steps of this side with exactly this limit, with their indices.
    pub fn at_limit(&self, place: usize, limit: u32, side: Side) -> impl Iterator<Item = (usize, &'a Step)> + '_ {
        let first = Key::first(place, limit, side);
        let last = first.with(INDEX_MASK);
        let start = self.keys.partition_point(|key| *key < first);
        let end = self.keys.partition_point(|key| *key <= last);
        self.read(start..end)
    }

    /// All steps with their indices, by id.
    pub fn by_id(&self) -> impl Iterator<Item = (usize, &'a Step)> + '_ {
        self.by_id.iter().filter_map(|index| Some((*index as usize, self.steps.get(*index as usize)?)))
    }

    fn read(&self, range: Range<usize>) -> impl Iterator<Item = (usize, &'a Step)> + '_ {
        let keys = self.keys.get(range).unwrap_or_default();
        keys.iter().filter_map(|key| Some((key.index(), self.steps.get(key.index())?)))
    }
}

/// The steps' indices by id; no two steps have the same.
fn indices_by_id(steps: &[Step]) -> Result<Vec<u32>, ClearError> {
    if steps.array_windows().all(|[step, next]| step.id < next.id) {
        return Ok((0..).take(steps.len()).collect());
    }
    let mut pairs: Vec<_> = steps.iter().map(|step| step.id).zip(0u32..).collect();
    pairs.sort_unstable();
    match pairs.array_windows().find(|[(id, _), (next, _)]| id == next) {
        Some([(id, _), _]) => Err(ClearError::DuplicateStep(*id)),
        None => Ok(pairs.into_iter().map(|(_, index)| index).collect()),
    }
}
