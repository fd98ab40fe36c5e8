//! Where the sun stands, from latitude, longitude and time. Never knows of weather or panels.
//!
//! Source: J. Meeus, Astronomical Algorithms, 2nd edition, chapters 25 and 28, low accuracy. So does the solar
//! calculator of the NOAA Global Monitoring Laboratory: about 0.01° between 1950 and 2050. No refraction.

use libm::{acos, asin, atan2, cos, fmod, sin, tan};

/// Degrees north and east.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// −90 to 90, north positive.
    pub latitude_deg: f64,
    /// −180 to 180, east positive.
    pub longitude_deg: f64,
}

/// Where the sun is in the sky of a place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SunPosition {
    /// Above the horizon; negative at night.
    pub elevation_deg: f64,
    /// Clockwise from north.
    pub azimuth_deg: f64,
}

/// What does not depend on the place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SunCoordinates {
    /// Angle above the celestial equator.
    pub declination_deg: f64,
    /// Sundial minus clock.
    pub equation_of_time_min: f64,
}

const DAY_S: f64 = 86_400.0;
/// Julian day of the Unix epoch.
const UNIX_EPOCH_JD: f64 = 2_440_587.5;

/// Julian centuries of 36 525 days since J2000.0 (2000 January 1, 12:00).
fn julian_centuries(unix_s: f64) -> f64 {
    (unix_s / DAY_S + UNIX_EPOCH_JD - 2_451_545.0) / 36_525.0
}

/// The sun's apparent declination and the equation of time. Meeus (25.2)–(25.8) and (28.3).
pub fn coordinates(unix_s: f64) -> SunCoordinates {
    let t = julian_centuries(unix_s);
    let mean_longitude = fmod(280.46646 + t * (36000.76983 + t * 0.0003032), 360.0).to_radians();
    let mean_anomaly = (357.52911 + t * (35999.05029 - t * 0.0001537)).to_radians();
    let eccentricity = 0.016708634 - t * (0.000042037 + t * 0.0000001267);
    let centre_deg = sin(mean_anomaly) * (1.914602 - t * (0.004817 + t * 0.000014))
        + sin(2.0 * mean_anomaly) * (0.019993 - t * 0.000101)
        + sin(3.0 * mean_anomaly) * 0.000289;
    let ascending_node = (125.04 - 1934.136 * t).to_radians();
    let apparent_longitude =
        (mean_longitude.to_degrees() + centre_deg - 0.00569 - 0.00478 * sin(ascending_node)).to_radians();
    let mean_obliquity_deg = 23.0 + (26.0 + (21.448 - t * (46.815 + t * (0.00059 - t * 0.001813))) / 60.0) / 60.0;
    let obliquity = (mean_obliquity_deg + 0.00256 * cos(ascending_node)).to_radians();

    let declination_deg = asin(sin(obliquity) * sin(apparent_longitude)).to_degrees();
    let y = tan(obliquity / 2.0) * tan(obliquity / 2.0);
    let equation_of_time = y * sin(2.0 * mean_longitude) - 2.0 * eccentricity * sin(mean_anomaly)
        + 4.0 * eccentricity * y * sin(mean_anomaly) * cos(2.0 * mean_longitude)
        - 0.5 * y * y * sin(4.0 * mean_longitude)
        - 1.25 * eccentricity * eccentricity * sin(2.0 * mean_anomaly);
    SunCoordinates { declination_deg, equation_of_time_min: 4.0 * equation_of_time.to_degrees() }
}

/// The sun in the sky of `place` at `unix_s` (UTC).
pub fn position(place: Place, unix_s: f64) -> SunPosition {
    let sun = coordinates(unix_s);
    let clock_min = fmod(unix_s, DAY_S) / 60.0;
    let true_solar_min = clock_min + sun.equation_of_time_min + 4.0 * place.longitude_deg;
    let hour_angle = (true_solar_min / 4.0 - 180.0).to_radians();
    let (latitude, declination) = (place.latitude_deg.to_radians(), sun.declination_deg.to_radians());

    let sin_elevation =
        (sin(latitude) * sin(declination) + cos(latitude) * cos(declination) * cos(hour_angle)).clamp(-1.0, 1.0);
    let from_south = atan2(sin(hour_angle), cos(hour_angle) * sin(latitude) - tan(declination) * cos(latitude));
    SunPosition {
        elevation_deg: asin(sin_elevation).to_degrees(),
        azimuth_deg: (from_south.to_degrees() + 180.0).rem_euclid(360.0),
    }
}

/// Cosine of the angle between the sun and a panel's normal: 1 when it looks straight at the sun, negative behind it.
pub fn cos_incidence(sun: SunPosition, tilt_deg: f64, azimuth_deg: f64) -> f64 {
    let (elevation, tilt) = (sun.elevation_deg.to_radians(), tilt_deg.to_radians());
    let turn = (sun.azimuth_deg - azimuth_deg).to_radians();
    sin(elevation) * cos(tilt) + cos(elevation) * sin(tilt) * cos(turn)
}

/// From sunrise to sunset in hours, the sun taken as a point and the air as empty; 0 or 24 in polar night or day.
pub fn day_length_h(latitude_deg: f64, declination_deg: f64) -> f64 {
    let cos_half_day = -tan(latitude_deg.to_radians()) * tan(declination_deg.to_radians());
    2.0 * acos(cos_half_day.clamp(-1.0, 1.0)).to_degrees() / 15.0
}

#[cfg(test)]
mod tests;
