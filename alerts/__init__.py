"""The application: one package per stage of the line and one per console.

    sources ─collect─▶ facts ─evaluate─▶ events ─correlate─▶ incidents ─dispatch─▶ notifications ─deliver─▶ channels
               ▲                 ▲                              ▲
             estate           catalog        rules, silences, subscriptions ── contacts

Each stage knows only the stages before it.
"""
