"""The WSGI application that gunicorn serves, and with it the Celery application through which its views ring."""

from django.core.wsgi import get_wsgi_application

from kmsconsole.celery import app as celery

__all__ = ["application", "celery"]

application = get_wsgi_application()
