"""Meta repeats webhooks for up to a week, in any order: an old one must not undo what a newer one said."""


def take_news(records, story: str, moment):
    """Return those of some records that know nothing newer about a story, and let them remember that they heard this.

    :param records: of a model with a Json field ``latest_events``
    :param story: what follows upon each other, for example the name of a webhook field
    :param moment: Unix seconds of the webhook; without one it counts as news
    """
    if isinstance(moment, bool) or not isinstance(moment, int):
        return records
    fresh = records.filtered(lambda record: (record.latest_events or {}).get(story, 0) <= moment)
    for record in fresh:
        record.latest_events = {**(record.latest_events or {}), story: moment}
    return fresh
