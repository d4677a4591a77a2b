"""To and from other programs of a production: timelines for editors (OpenTimelineIO), exports of trackers (Kitsu, AYON)."""
