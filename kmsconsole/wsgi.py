"""The WSGI application that gunicorn serves, and with it the Celery application through which its views ring."""

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from kmsconsole.celery import app as celery

__all__ = ["application", "celery"]

application = get_wsgi_application()
_ = get_resolver().url_patterns  # read before the workers are forked: no first visitor waits for it
