"""Django's settings, in one file; a deployment differs only by its environment (see env.py)."""

import os
from pathlib import Path

from django.utils.translation import gettext_lazy as _
from kombu import Exchange, Queue
from psycopg.conninfo import conninfo_to_dict

from kmsconsole import env

ENVIRONMENT = env.read(os.environ)
BASE_DIR = Path(__file__).resolve().parent.parent
VERSION = "0.1.0"

# --- what this deployment is ---------------------------------------------------------------------------------------
DEBUG = False
SECRET_KEY = ENVIRONMENT.secret_key
ENCRYPTION_KEYS = [ENVIRONMENT.encryption_key]
ALLOWED_HOSTS = list(ENVIRONMENT.hosts_answered)
SITE_URL = ENVIRONMENT.site_url
CSRF_TRUSTED_ORIGINS = [SITE_URL]
OUTGOING_ALLOW = ENVIRONMENT.outgoing_allow
SMTP_URL = ENVIRONMENT.smtp_url
MAIL_FROM = ENVIRONMENT.mail_from
CLOUD_ACCESS_KEY = ENVIRONMENT.cloud_access_key
CLOUD_ENDPOINT = ENVIRONMENT.cloud_endpoint
PHONE = {  # by the names of alerts.channels.base.PhoneSettings
    "sms_url": ENVIRONMENT.sms_url,
    "sms_body": ENVIRONMENT.sms_body,
    "sms_template": ENVIRONMENT.sms_template,
    "voice_url": ENVIRONMENT.voice_url,
    "voice_body": ENVIRONMENT.voice_body,
    "authorization": ENVIRONMENT.phone_authorization,
}
FIRST_RUN = ENVIRONMENT  # account, administrator, token and demo, as `manage.py prepare` wants them
INGEST_RATE = ENVIRONMENT.ingest_rate
INGEST_MAX_BYTES = 8 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = INGEST_MAX_BYTES
DELIVERY_TIMEOUT = 5.0  # seconds; CloudMonitor's own for URL callbacks
DELIVERY_RETRIES = (5, 30, 120)  # seconds before each retry; CloudMonitor retries three times

# --- what it is made of --------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "alerts.accounts",
    "alerts.facts",
    "alerts.estate",
    "alerts.events",
    "alerts.contacts",
    "alerts.incidents",
    "alerts.mirrors",
    "alerts.rules",
    "alerts.silences",
    "alerts.subscriptions",
    "alerts.notifications",
    "alerts.ui",
    "alerts.kms",
    "alerts.cloudmonitor",
    "alerts.ingest",
    "alerts.openapi",
    "alerts.administration",
    "alerts.setup",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_filters",
    "django_htmx",
    "lucide",
    "whitenoise.runserver_nostatic",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "alerts.openapi.gateway.Gateway",  # programs are answered here; the rest is for browsers
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "alerts.ui.middleware.ContentSecurityPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "alerts.accounts.middleware.BearerToken",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "alerts.accounts.middleware.CurrentAccount",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
ROOT_URLCONF = "kmsconsole.urls"
WSGI_APPLICATION = "kmsconsole.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "alerts.ui.context.console",
            ],
        },
    },
]

# --- where the rows are --------------------------------------------------------------------------------------------
_database = conninfo_to_dict(ENVIRONMENT.database_url)
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _database.pop("dbname", ""),
        "USER": _database.pop("user", ""),
        "PASSWORD": _database.pop("password", ""),
        "HOST": _database.pop("host", ""),
        "PORT": _database.pop("port", ""),
        # Planning over the event partitions costs milliseconds in a fresh session: keep the sessions.
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {**_database, "application_name": "kmsconsole"},
    },
}
# Rate limits of the sign-in live in the database, so that a broker that is away locks nobody out.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "kmsconsole_cache"}}

# --- who may come in -----------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "alerts.accounts.adapter.ClosedAdapter"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = None
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "KMS Console"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SITE_URL.startswith("https://")
SESSION_COOKIE_AGE = 60 * 60 * 12
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"

# --- language, time, files -----------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "static/"
STATIC_ROOT = ENVIRONMENT.data / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# --- the line ------------------------------------------------------------------------------------------------------
CELERY_BROKER_URL = ENVIRONMENT.redis_url
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 120,
    "unacked_restore_interval": 5,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    # A bell that cannot be rung is the sweep's business. By default, who rings it would wait for six seconds.
    "max_retries": 0,
    "global_keyprefix": "kmsconsole:",
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 110
CELERY_TASK_SOFT_TIME_LIMIT = 100
CELERY_TASK_PUBLISH_RETRY = False
# Celery would end the database session before and after each task, and a fresh one plans the event partitions anew.
# KeepsSession (celery.py) lets go of sessions that are broken or older than CONN_MAX_AGE.
CELERY_DB_REUSE_MAX = 1_000_000_000
# The anonymous exchange routes by the queue's name alone. A named one keeps its bindings in the broker: once that was
# emptied, every message would go nowhere until each process had connected anew.
CELERY_TASK_QUEUES = [Queue(name, exchange=Exchange(""), routing_key=name) for name in ("line", "deliveries")]
CELERY_TASK_DEFAULT_QUEUE = "line"
CELERY_TASK_DEFAULT_EXCHANGE = ""
CELERY_TASK_ROUTES = {"deliveries.*": {"queue": "deliveries", "routing_key": "deliveries"}}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    # A message that nobody read within its period says nothing: the next one says the same.
    name: {"task": task, "schedule": seconds, "options": {"expires": seconds * 2}}
    for name, task, seconds in (
        ("pulse-line", "line.pulse", 2.0),
        ("pulse-deliveries", "deliveries.pulse", 2.0),
        ("end-waiting-periods", "line.end_waiting_periods", 1.0),
        ("evaluate", "line.evaluate", 1.0),
        ("correlate", "line.correlate", 1.0),
        ("watch-incidents", "line.watch_incidents", 2.0),
        ("dispatch", "line.dispatch", 1.0),
        ("speak", "line.speak", 1.0),
        ("tell-silence-ends", "line.tell_silence_ends", 5.0),
        ("deliver", "deliveries.deliver", 1.0),
        ("poll", "deliveries.poll", 5.0),
        ("retain", "line.retain", 3600.0),
    )
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"masked": {"()": "alerts.accounts.masking.Masked"}},
    "formatters": {"line": {"format": "%(levelname)-7s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["masked"]}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
        "celery.beat": {"level": "WARNING"},
        "httpx2": {"level": "WARNING"},
    },
}
