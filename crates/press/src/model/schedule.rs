//! The time of the build, and the times after it at which posts are published.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::diagnostic::{Diagnostic, Report};
use crate::options::{Options, Scheduled};
use crate::source::{MarkdownFile, Sources, WrittenDate, midnight};

/// How many times after the build a site can have. Each costs a part of a press and of the pack. That many are either an archive that is pressed with a
/// clock that is wrong, or more than anybody plans.
const MOST_TIMES: usize = 100;

/// A post that is scheduled later than this is most likely misdated, in seconds: five years.
const FAR: i64 = 5 * 365 * 24 * 60 * 60;

/// How much earlier than at UTC a day begins where it begins first, in seconds: 14 hours.
const EARLIEST_MORNING: i64 = 14 * 60 * 60;

/// When the site is built, and when it changes.
#[derive(Debug)]
pub(super) struct Schedule {
    /// The time of the build. By default it is the newest date of the content that is not in the future, so that the same content gives the same bytes on
    /// any day until another of its dates is past.
    pub(super) now: Timestamp,
    /// The times of the posts that are published later, the earliest first.
    pub(super) times: Vec<Timestamp>,
    /// Posts after this time are in the future. `None` if nothing is.
    future: Option<Timestamp>,
    scheduled: Scheduled,
    zone: TimeZone,
}

impl Schedule {
    /// The schedule of these posts and pages. Dates in the future that cannot be meant are reported.
    pub(super) fn of(sources: &Sources, options: &Options, report: &mut Report) -> Self {
        let given = options.now.map(|second| given(second, report));
        let clock = options.clock.map(|second| Timestamp::from_second(second).unwrap_or(Timestamp::MAX));
        let future = given.or(clock);
        let zone = sources.settings.time_zone.clone();
        let mut schedule =
            Self { now: Timestamp::UNIX_EPOCH, times: Vec::new(), future, scheduled: options.scheduled, zone };
        schedule.now = given.unwrap_or_else(|| schedule.newest(sources));
        let later: BTreeSet<Timestamp> = sources.posts.iter().filter_map(|post| schedule.later(post, report)).collect();
        sources.posts.iter().chain(&sources.pages).for_each(|text| schedule.warn_of_update(text, report));
        match options.scheduled {
            Scheduled::AtTheirTime if later.len() > MOST_TIMES => {
                report.push(too_many(later.len(), future.unwrap_or(schedule.now)));
            }
            Scheduled::AtTheirTime => schedule.times = later.into_iter().collect(),
            Scheduled::Shown => {}
        }
        schedule
    }

    /// The time that an author means.
    pub(super) fn time_of(&self, date: &WrittenDate) -> Timestamp {
        date.timestamp(&self.zone)
    }

    /// Whether a post of this time is shown before it.
    pub(super) fn is_shown_before(&self, time: Timestamp) -> bool {
        self.scheduled == Scheduled::Shown && self.is_future(time)
    }

    fn is_future(&self, time: Timestamp) -> bool {
        self.future.is_some_and(|future| time > future)
    }

    /// The newest date that is not in the future.
    fn newest(&self, sources: &Sources) -> Timestamp {
        let published = sources.posts.iter().map(|post| self.time_of(&post.matter.date.value));
        let texts = sources.posts.iter().chain(&sources.pages);
        let updated = texts.filter_map(|text| text.matter.updated.as_ref()).map(|updated| midnight(updated.value));
        let past = published.chain(updated).filter(|time| !self.is_future(*time));
        past.max().unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// The time of a post if it is in the future.
    fn later(&self, post: &MarkdownFile, report: &mut Report) -> Option<Timestamp> {
        let date = &post.matter.date;
        let time = Some(self.time_of(&date.value)).filter(|time| self.is_future(*time))?;
        let (path, day) = (&post.body.path, date.value.day.strftime("%-d %B %Y"));
        if post.matter.circa {
            let error = Diagnostic::error(path, date.span.clone(), "an approximate date in the future");
            report.push(
                error
                    .label(format!("`circa` is set, and the post would be published on {day}"))
                    .help("remove `circa` to publish the post on that day, or write a date that is past"),
            );
        } else if self.future.is_some_and(|future| time.as_second() - future.as_second() > FAR) {
            let warning = Diagnostic::warning(path, date.span.clone(), format!("the post is published on {day}"));
            report.push(warning.label("more than five years from now").help("correct the year if it is misspelt"));
        }
        Some(time)
    }

    /// Warns of an update that is still to come: its date is shown at once. A day is in the future if it has not begun anywhere. A scheduled post may name
    /// the day of its publication.
    fn warn_of_update(&self, text: &MarkdownFile, report: &mut Report) {
        let (Some(future), Some(updated)) = (self.future, &text.matter.updated) else { return };
        let day = updated.value;
        if midnight(day).as_second() - EARLIEST_MORNING <= future.as_second() || day == text.matter.date.value.day {
            return;
        }
        let warning = Diagnostic::warning(&text.body.path, updated.span.clone(), "`updated` is in the future");
        report.push(
            warning
                .label(format!("readers are shown {} now", day.strftime("%-d %B %Y")))
                .help("write the day of a change that has been made, or remove `updated` until then"),
        );
    }
}

/// The time that the options give.
fn given(second: i64, report: &mut Report) -> Timestamp {
    Timestamp::from_second(second).unwrap_or_else(|error| {
        let message = format!("{second}, given as the time of this build, is out of range: {error}");
        report.push(Diagnostic::error("", None, message));
        Timestamp::UNIX_EPOCH
    })
}

fn too_many(found: usize, future: Timestamp) -> Diagnostic {
    let message =
        format!("posts are dated at {found} times after this build, which is at {future}; the most are {MOST_TIMES}");
    Diagnostic::error("", None, message).help("correct the clock of this machine, or the time that the build was given")
}
