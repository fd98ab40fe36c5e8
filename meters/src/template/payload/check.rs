//! What a template for payloads must keep to, whoever wrote it. What it names has to exist, and its counters have to
//! make up what it says of them.

use super::{
    Format, MqttTemplate, PART, PLACEHOLDER, Quantity, Requirement, Term,
    counts::{CounterKinds, Counts},
};
use crate::template::Fault;

/// Most requirements of a template.
const MAX_REQUIREMENTS: usize = 8;
/// Most fields that one quantity names.
const MAX_FIELDS: usize = 16;

impl MqttTemplate {
    /// Refuses a template that cannot work.
    pub(crate) fn check(&self) -> Result<(), Fault> {
        let refuse = |key, reason: String| Err(Fault { key, index: 0, reason });
        if self.import.is_none() && self.export.is_none() {
            return refuse("", "has neither import nor export".into());
        }
        if !(1..=600).contains(&self.timeout_s) {
            return refuse("timeout_s", format!("timeout_s {} is not from 1 to 600", self.timeout_s));
        }
        if self.serial.is_some() && self.topic_is_serial {
            return refuse("topic_is_serial", "has both a serial field and `topic_is_serial`".into());
        }
        if self.require.len() > MAX_REQUIREMENTS {
            return refuse("require", format!("more than {MAX_REQUIREMENTS} requirements"));
        }
        if !self.require.iter().all(Requirement::says_something) {
            return refuse("require", "a requirement needs `equals`, `differs`, `max_age_s` or `absent`".into());
        }
        if self.fingerprint.len() > MAX_REQUIREMENTS || !(self.fingerprint.is_empty() || self.over_http) {
            return refuse(
                "fingerprint",
                format!("a fingerprint is of a device over HTTP, and has at most {MAX_REQUIREMENTS} marks"),
            );
        }
        if self.notifications.as_ref().is_some_and(|it| it.status.matches(PART).count() != 1) {
            return refuse("notifications", format!("notifications: `status` needs `{PART}` once"));
        }
        let keep_alive = self.keep_alive.as_ref();
        if keep_alive.is_some_and(|it| !(5..=300).contains(&it.every_s) || it.topic.contains(['+', '#', '$'])) {
            return refuse("keep_alive", "keep_alive: every_s is from 5 to 300, and the topic has no wildcard".into());
        }
        let needs_a_broker = self.notifications.is_some() || self.keep_alive.is_some() || self.topic_is_serial;
        if self.over_http && (needs_a_broker || self.format != Format::Json) {
            return refuse("kind", "over HTTP there are JSON documents, and nothing that a broker has".into());
        }
        if self.format == Format::HomeAssistant && (self.import.is_some() == self.export.is_some()) {
            return refuse("format", "a sensor of Home Assistant counts either import or export".into());
        }
        for (what, quantity) in self.quantities() {
            quantity.check(what)?;
        }
        self.check_topics()
    }

    fn check_topics(&self) -> Result<(), Fault> {
        let refuse = |reason: String| Err(Fault { key: "", index: 0, reason });
        let quantities = self.quantities().flat_map(|(_, quantity)| quantity.topics());
        let others = self.serial.iter().map(|serial| &serial.topic).chain(self.extra.iter().map(|extra| &extra.topic));
        let required = self.require.iter().chain(&self.fingerprint);
        let others = others.chain(required.map(|requirement| &requirement.topic));
        let notifications = self.notifications.iter().flat_map(|it| [&it.topic, &it.status]);
        let others = others.chain(notifications).map(String::as_str);
        for topic in quantities.chain(others) {
            let is_path = topic.strip_prefix(PLACEHOLDER).is_some_and(|path| path.starts_with('/'));
            if self.over_http && !(is_path && topic.chars().all(|c| c.is_ascii_graphic())) {
                return refuse(format!("topic `{topic}` is no path that begins with `{PLACEHOLDER}/`"));
            }
            if topic.matches(PLACEHOLDER).count() != 1 || topic.contains(['+', '#']) {
                return refuse(format!("topic `{topic}` needs `{PLACEHOLDER}` once and no wildcard"));
            }
        }
        Ok(())
    }
}

impl Requirement {
    /// False if it would hold of anything.
    pub(super) fn says_something(&self) -> bool {
        self.max_age_s.is_some() || [&self.equals, &self.differs, &self.absent].into_iter().any(Option::is_some)
    }
}

impl Quantity {
    /// Refuses a quantity that cannot be what it is called.
    fn check(&self, what: &'static str) -> Result<(), Fault> {
        let refuse = |key, reason: String| Err(Fault { key, index: 0, reason });
        let fits = if what == "power" { self.unit.is_power() } else { self.unit.is_energy() };
        if !fits {
            return refuse(what, format!("{what}: unit {:?} does not fit", self.unit));
        }
        if self.step_mwh.is_some_and(|step_mwh| step_mwh == 0 || what == "power") {
            return refuse(what, format!("{what}: `step_mwh` is of an energy, and above 0"));
        }
        let wanted = match what {
            "import" => Some(Counts::Import),
            "export" => Some(Counts::Export),
            _ => None,
        };
        match wanted {
            Some(wanted) => self.check_counts(wanted).or_else(|reason| refuse(what, format!("{what}: {reason}")))?,
            None if self.counts.is_some() || self.one_way => {
                return refuse(what, format!("{what}: `counts` and `one_way` are of energies"));
            }
            None => {}
        }
        let count: usize = self.fields.iter().map(Vec::len).sum();
        let has_topics = self.fields.iter().flatten().any(|field| field.contains(PLACEHOLDER));
        if has_topics && self.fields.len() > 1 {
            return refuse(what, format!("{what}: fields with topics of their own have no alternatives"));
        }
        let needs_none = |fields: &Vec<String>| {
            let terms = || fields.iter().map(|term| Term::of(term));
            terms().all(|term| term.is_optional || term.sign == 0)
        };
        if self.fields.iter().any(needs_none) || !(1..=MAX_FIELDS).contains(&count) {
            return refuse(
                what,
                format!("{what}: needs 1 to {MAX_FIELDS} fields, and one in each alternative that has to be there"),
            );
        }
        Ok(())
    }

    /// What that field of that alternative counts; `None` for a power.
    pub(super) fn counts(&self, alternative: usize, field: usize) -> Option<Counts> {
        match self.counts.as_ref()? {
            CounterKinds::All(counts) => Some(*counts),
            CounterKinds::Each(each) => each.get(alternative)?.get(field).copied(),
        }
    }

    /// True if that alternative is a counter of both directions and nothing that tells them apart.
    pub(super) fn is_undivided(&self, alternative: usize) -> bool {
        let count = self.fields.get(alternative).map_or(0, Vec::len);
        (0..count).all(|field| self.counts(alternative, field) == Some(Counts::Both))
    }

    /// Refuses counters that do not make up `wanted`.
    pub(super) fn check_counts(&self, wanted: Counts) -> Result<(), String> {
        let known = "`counts` says of each of its `fields` what it counts: import, export, both or net";
        match &self.counts {
            None => return Err(known.into()),
            Some(CounterKinds::Each(each)) => {
                if !self.fields.iter().map(Vec::len).eq(each.iter().map(Vec::len)) {
                    return Err(format!("{known}, in the same shape"));
                }
            }
            Some(CounterKinds::All(_)) => {}
        }
        for (index, alternative) in self.fields.iter().enumerate() {
            if self.one_way && self.is_undivided(index) && alternative.iter().all(|term| Term::of(term).sign > 0) {
                continue;
            }
            self.check_sum(index, wanted)?;
        }
        Ok(())
    }

    /// Parts add up: of phases and tariffs each is a whole counter. So the sum may have a direction several times, but
    /// nothing of the other one.
    fn check_sum(&self, index: usize, wanted: Counts) -> Result<(), String> {
        let alternative = self.fields.get(index).map(Vec::as_slice).unwrap_or_default();
        let (mut import, mut export) = (0i32, 0i32);
        for (field, term) in alternative.iter().enumerate() {
            let Some(counts) = self.counts(index, field) else { continue };
            let (sign, (more_import, more_export)) = (Term::of(term).sign, counts.weights());
            import = import.saturating_add(sign.saturating_mul(more_import));
            export = export.saturating_add(sign.saturating_mul(more_export));
        }
        let fits = match wanted {
            Counts::Import => import > 0 && export == 0,
            Counts::Export => export > 0 && import == 0,
            Counts::Both | Counts::Net => false,
        };
        if fits {
            return Ok(());
        }
        Err(format!(
            "[{}] make up {import} × import and {export} × export; a counter of both directions less what came back is the other one, \
             and `one_way = true` says that nothing comes back",
            alternative.join(", ")
        ))
    }
}
