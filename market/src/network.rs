//! The tree of zones. It must never hold anything but one rooted tree: whoever has a [`Network`] need not
//! check it again.

use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::{fmt, ops::Range};
use deren_primitives::ZoneId;
use scale_info::TypeInfo;

/// The most zones that one market has.
pub const MAX_ZONES: usize = 1024;

/// The most edges between a zone and the root.
pub const MAX_DEPTH: u8 = 8;

/// A zone and its edge to its parent; the root has none.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Zone {
    /// The zone.
    pub id: ZoneId,
    /// The line to its parent; `None` for the root.
    pub edge: Option<Edge>,
}

/// The line between a zone and its parent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Edge {
    /// The zone at the other end, one step nearer to the root.
    pub parent: ZoneId,
    /// What every kWh that crosses pays, in µ€/kWh, in either direction.
    pub fee_ueur_per_kwh: u32,
    /// The most Wh a slot from the zone to its parent; `None`: unlimited.
    pub capacity_up_wh: Option<u64>,
    /// The most Wh a slot from the parent to the zone; `None`: unlimited.
    pub capacity_down_wh: Option<u64>,
}

impl Edge {
    /// The fee as prices are.
    pub(crate) fn fee(&self) -> i64 {
        i64::from(self.fee_ueur_per_kwh)
    }

    /// The largest flow from the zone to its parent, in Wh. No flow comes near to `i64::MAX`, so that it means
    /// unlimited.
    pub(crate) fn most_up_wh(&self) -> i64 {
        self.capacity_up_wh.and_then(|wh| i64::try_from(wh).ok()).unwrap_or(i64::MAX)
    }

    /// The smallest net export over the edge, in Wh: minus the capacity down.
    pub(crate) fn most_down_wh(&self) -> i64 {
        self.capacity_down_wh.and_then(|wh| i64::try_from(wh).ok()).unwrap_or(i64::MAX).saturating_neg()
    }
}

/// A zone at its place in the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Node {
    /// The zone.
    pub id: ZoneId,
    /// The line to the parent.
    pub edge: Option<Edge>,
    /// The parent's place among the nodes, always before this node's; the root's is its own.
    pub parent: usize,
    /// Where its children stand among the nodes, by id; always after this node.
    pub children: Range<usize>,
}

/// A market's zones as a validated tree.
///
/// ```
/// use deren_market::{Edge, Network, NetworkError, Zone};
/// use deren_primitives::ZoneId;
///
/// let root = Zone { id: ZoneId(0), edge: None };
/// let line =
///     Edge { parent: root.id, fee_ueur_per_kwh: 12_000, capacity_up_wh: Some(50_000), capacity_down_wh: None };
/// let street = Zone { id: ZoneId(1), edge: Some(line) };
///
/// let network = Network::new(vec![street.clone(), root])?;
/// assert_eq!(network.root(), Some(ZoneId(0)));
/// assert_eq!(network.edge(street.id), Some(line));
/// assert_eq!(Network::new(vec![street]), Err(NetworkError::NoRoot));
/// # Ok::<(), NetworkError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Network {
    /// Level by level from the root, so that a parent is before its children and siblings are together.
    nodes: Vec<Node>,
    /// Where each zone stands among the nodes, by id.
    places: Vec<(ZoneId, usize)>,
}

/// Why zones are not a tree that a market can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NetworkError {
    /// More zones than [`MAX_ZONES`].
    TooManyZones(usize),
    /// Two zones have the same id.
    DuplicateZone(ZoneId),
    /// Every zone has a parent, or there is no zone.
    NoRoot,
    /// Two zones have no parent.
    TwoRoots(ZoneId, ZoneId),
    /// A zone's parent is not in the list.
    UnknownParent {
        /// The zone.
        zone: ZoneId,
        /// The parent that it names.
        parent: ZoneId,
    },
    /// The zone is its own ancestor.
    Cycle(ZoneId),
    /// More than [`MAX_DEPTH`] edges between the zone and the root.
    TooDeep(ZoneId),
}

impl fmt::Display for NetworkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooManyZones(count) => write!(f, "{count} zones: a market has at most {MAX_ZONES}"),
            Self::DuplicateZone(zone) => write!(f, "zone {zone} is there twice: give each zone its own id"),
            Self::NoRoot => write!(f, "no root: exactly one zone has no parent"),
            Self::TwoRoots(first, second) => {
                write!(f, "two roots, zones {first} and {second}: exactly one zone has no parent")
            }
            Self::UnknownParent { zone, parent } => write!(f, "zone {zone}: its parent {parent} is not a zone"),
            Self::Cycle(zone) => write!(f, "cycle: zone {zone} is its own ancestor"),
            Self::TooDeep(zone) => write!(f, "zone {zone} is more than {MAX_DEPTH} edges below the root"),
        }
    }
}

impl core::error::Error for NetworkError {}

impl Network {
    /// These zones as a tree, in whatever order they come.
    pub fn new(mut zones: Vec<Zone>) -> Result<Self, NetworkError> {
        if zones.len() > MAX_ZONES {
            return Err(NetworkError::TooManyZones(zones.len()));
        }
        zones.sort_by_key(|zone| zone.id);
        if let Some(twins) = zones.array_windows().find(|[a, b]| a.id == b.id).map(|[a, _]| a.id) {
            return Err(NetworkError::DuplicateZone(twins));
        }
        let mut roots = zones.iter().filter(|zone| zone.edge.is_none());
        let root = roots.next().ok_or(NetworkError::NoRoot)?;
        if let Some(second) = roots.next() {
            return Err(NetworkError::TwoRoots(root.id, second.id));
        }

        // Sorted by parent, then by id: the children of a zone are one range.
        let mut edges = Vec::with_capacity(zones.len());
        for zone in &zones {
            let Some(edge) = zone.edge else { continue };
            if zones.binary_search_by_key(&edge.parent, |other| other.id).is_err() {
                return Err(NetworkError::UnknownParent { zone: zone.id, parent: edge.parent });
            }
            edges.push((edge.parent, zone.id, edge));
        }
        edges.sort_by_key(|(parent, zone, _)| (*parent, *zone));

        let nodes = level_by_level(root.id, &edges)?;
        let mut places: Vec<_> = nodes.iter().enumerate().map(|(place, node)| (node.id, place)).collect();
        places.sort_by_key(|(id, _)| *id);
        if places.len() < zones.len() {
            return Err(NetworkError::Cycle(on_a_cycle(&zones, &places)));
        }
        Ok(Self { nodes, places })
    }

    /// The zone at the top.
    pub fn root(&self) -> Option<ZoneId> {
        self.nodes.first().map(|node| node.id)
    }

    /// All zones, by id.
    pub fn zones(&self) -> impl Iterator<Item = Zone> + '_ {
        self.by_id().map(|(_, node)| Zone { id: node.id, edge: node.edge })
    }

    /// The line from this zone to its parent.
    pub fn edge(&self, zone: ZoneId) -> Option<Edge> {
        self.nodes.get(self.place(zone)?)?.edge
    }

    /// Whether the zone is in this market.
    pub fn contains(&self, zone: ZoneId) -> bool {
        self.place(zone).is_some()
    }

    /// The nodes, parents before children.
    pub(crate) fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// Each node with its place among [`Self::nodes`], by id.
    pub(crate) fn by_id(&self) -> impl Iterator<Item = (usize, &Node)> + '_ {
        self.places.iter().filter_map(|(_, place)| Some((*place, self.nodes.get(*place)?)))
    }

    /// Where the zone stands among [`Self::nodes`].
    pub(crate) fn place(&self, zone: ZoneId) -> Option<usize> {
        // Ids of a market are mostly consecutive: the first guess is nearly always right.
        let first = self.places.first()?.0;
        let guess = zone.0.checked_sub(first.0).and_then(|offset| self.places.get(offset as usize));
        if let Some((_, place)) = guess.filter(|(id, _)| *id == zone) {
            return Some(*place);
        }
        let at = self.places.binary_search_by_key(&zone, |(id, _)| *id).ok()?;
        self.places.get(at).map(|(_, place)| *place)
    }
}

/// The nodes that can be reached from the root, level by level. `edges`: (parent, zone, line) in order.
fn level_by_level(root: ZoneId, edges: &[(ZoneId, ZoneId, Edge)]) -> Result<Vec<Node>, NetworkError> {
    let mut nodes = Vec::with_capacity(edges.len().saturating_add(1));
    nodes.push(Node { id: root, edge: None, parent: 0, children: 0..0 });
    let mut level = 0..1;
    for depth in 0..=MAX_DEPTH {
        let next_level = nodes.len();
        for parent in level {
            let Some(id) = nodes.get(parent).map(|node: &Node| node.id) else { break };
            let first = edges.partition_point(|(of, ..)| *of < id);
            let first_child = nodes.len();
            let children = edges.iter().skip(first).take_while(|(of, ..)| *of == id);
            nodes.extend(children.map(|(_, zone, edge)| Node { id: *zone, edge: Some(*edge), parent, children: 0..0 }));
            let end = nodes.len();
            if let Some(node) = nodes.get_mut(parent) {
                node.children = first_child..end;
            }
        }
        if depth == MAX_DEPTH
            && let Some(node) = nodes.get(next_level)
        {
            return Err(NetworkError::TooDeep(node.id));
        }
        level = next_level..nodes.len();
    }
    Ok(nodes)
}

/// A zone on a cycle: the one with the smallest id of the cycle above the first zone that the root does not reach.
fn on_a_cycle(zones: &[Zone], reached: &[(ZoneId, usize)]) -> ZoneId {
    let parent = |id: ZoneId| {
        let at = zones.binary_search_by_key(&id, |zone| zone.id).ok()?;
        zones.get(at)?.edge.map(|edge| edge.parent)
    };
    let is_reached = |id: ZoneId| reached.binary_search_by_key(&id, |(id, _)| *id).is_ok();
    let lost = zones.iter().map(|zone| zone.id).find(|id| !is_reached(*id)).unwrap_or_default();
    // After as many steps as there are zones, the walk is on the cycle; as many again go round all of it.
    let on_cycle = zones.iter().fold(lost, |id, _| parent(id).unwrap_or(id));
    let round = core::iter::successors(Some(on_cycle), |id| parent(*id)).take(zones.len());
    round.min().unwrap_or(on_cycle)
}
