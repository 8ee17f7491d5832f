"""Gives keys and secrets that are there already what the API tells of them: alias rows and ids of versions."""

from django.db import migrations

ALIASES = """
    INSERT INTO estate_alias (account_id, region, key_id, name, created_at)
    SELECT account_id, region, id, alias, created_at FROM estate_key
    WHERE alias <> '' AND deleted_at IS NULL
    ORDER BY id
    ON CONFLICT DO NOTHING
"""
KEY_VERSIONS = "UPDATE estate_key SET primary_version = gen_random_uuid()::text WHERE origin = 'console'"
VERSIONS = """
    INSERT INTO estate_secretversion (secret_id, version_id, stages, created_at)
    SELECT id, gen_random_uuid()::text, ARRAY['ACSCurrent'], coalesce(rotated_at, created_at) FROM estate_secret
    WHERE origin = 'console'
"""


class Migration(migrations.Migration):
    dependencies = [
        ("estate", "0003_what_the_api_tells"),
    ]

    operations = [
        migrations.RunSQL([ALIASES, KEY_VERSIONS, VERSIONS], migrations.RunSQL.noop),
    ]
