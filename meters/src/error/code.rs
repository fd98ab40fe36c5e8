//! The codes of what can go wrong with a device: what programs decide by, since messages are for people and may change.

/// Makes a closed list of codes: an enum, all that it has, and the name of each.
#[macro_export]
macro_rules! codes {
    ($(#[$about:meta])* $access:vis enum $codes:ident { $($(#[$says:meta])* $code:ident = $name:literal,)+ }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $access enum $codes {
            $($(#[$says])* $code,)+
        }

        impl $codes {
            /// All that there are.
            pub const ALL: &'static [Self] = &[$(Self::$code),+];

            /// Its name outside of this program; a name is never given to another kind of fault.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$code => $name,)+
                }
            }
        }
    };
}

codes! {
    /// A kind of fault, as far as a person would do something else about it.
    pub enum MeterCode {
        /// A device's URI cannot be understood.
        BadUri = "bad-uri",
        /// A place to search cannot be understood or is not allowed.
        BadTarget = "bad-target",
        /// No template has that name.
        UnknownTemplate = "unknown-template",
        /// A template's file cannot be used.
        BadTemplate = "bad-template",
        /// A manufacturer's quirks cannot be used.
        BadQuirks = "bad-quirks",
        /// A device is there that can be read only after its owner switched MQTT on.
        MqttOff = "mqtt-off",
        /// Somebody else holds the device's only connection, or its port.
        HeldByAnother = "held-by-another",
        /// A broker refuses the user or the password.
        LoginRefused = "login-refused",
        /// The system does not let this program open the port.
        PortDenied = "port-denied",
        /// There is no such port.
        NoSuchPort = "no-such-port",
        /// The host is there, and refuses the connection.
        ConnectRefused = "connect-refused",
        /// Nobody took the connection in time.
        ConnectTimeout = "connect-timeout",
        /// Nobody can be reached there for another reason.
        Unreachable = "unreachable",
        /// A request was not answered in time.
        NoAnswer = "no-answer",
        /// The connection broke in the middle of a request.
        ConnectionLost = "connection-lost",
        /// The device refused a request.
        RequestRefused = "request-refused",
        /// What came was no answer to what was asked.
        BadReply = "bad-reply",
        /// The device is not the one that its template describes.
        WrongTemplate = "wrong-template",
        /// The inverter counts what a battery gave too.
        BehindBattery = "behind-battery",
        /// Something answers by Modbus that nothing known fits.
        UnknownDevice = "unknown-device",
        /// The device does not speak SunSpec.
        NoSunSpec = "no-sunspec",
        /// What the device says by SunSpec contradicts itself.
        BadSunSpec = "bad-sunspec",
        /// The device has no such model, or not that many of it.
        NoSuchModel = "no-such-model",
        /// The device's models have changed places.
        ModelMoved = "model-moved",
        /// A number that no such register can hold.
        OutOfRange = "out-of-range",
        /// The device shows no energy at present.
        NoEnergy = "no-energy",
        /// A counter fell by a little.
        CounterDip = "counter-dip",
        /// Import and export have changed places.
        CountersCrossed = "counters-crossed",
        /// A counter begins anew each year.
        CounterBeginsAnew = "counter-begins-anew",
        /// Another device answers where a known one was.
        Swapped = "swapped",
        /// A message is not as the template says.
        BadPayload = "bad-payload",
        /// One number counts both directions.
        UndividedCounter = "undivided-counter",
        /// The device says itself that its values are not valid.
        ValuesInvalid = "values-invalid",
        /// A description of Home Assistant is no meter's.
        NoEnergySensor = "no-energy-sensor",
        /// A telegram is cut or garbled.
        BadTelegram = "bad-telegram",
        /// Only old messages came.
        OnlyRetained = "only-retained",
        /// The device publishes elsewhere.
        PublishedElsewhere = "published-elsewhere",
        /// The device publishes nothing.
        NoMessage = "no-message",
        /// No telegram came.
        NoTelegram = "no-telegram",
        /// A file or folder cannot be read.
        FileUnreadable = "file-unreadable",
    }
}
