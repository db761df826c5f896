# The product's image: web, worker and beat are the same image with another command (see compose.yaml).
FROM python:3.13-slim
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 VOICELIB_PROFILE=production VOICELIB_DATA=/data STATIC_ROOT=/app/staticfiles
WORKDIR /app
COPY requirements.txt constraints.txt ./
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
RUN useradd --system --create-home voicelib && mkdir -p /data && chown voicelib /data \
 && SECRET_KEY=build VOICELIB_PROFILE=embedded VOICELIB_DATA=/tmp/build python manage.py collectstatic --noinput
USER voicelib
VOLUME /data
EXPOSE 8000
CMD ["uvicorn", "config.asgi:application", "--host", "0.0.0.0", "--port", "8000", "--lifespan", "off", "--no-access-log"]
