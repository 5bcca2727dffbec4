# Styles and scripts
FROM node:24-slim AS static
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY static static
RUN npm run build

# The application; `web`, `worker`, `relay` and `migrate` of docker-compose.yml run this image
FROM python:3.13-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --no-create-home jiayuan
WORKDIR /app
ENV PYTHONUNBUFFERED=1
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes --requirement requirements.lock
COPY . .
COPY --from=static /app/var/build/static var/build/static
COPY --from=static /app/node_modules/@expo-google-fonts node_modules/@expo-google-fonts
COPY --from=static /app/node_modules/@fontsource node_modules/@fontsource
# collectstatic connects to nothing; the settings want every name to be there.
RUN python -m config.fonts \
    && rm -r node_modules \
    && DATABASE_URL=postgres://none/none REDIS_URL=redis://none EMAIL_URL=dummymail:// \
       BASE_URL=http://localhost ALLOWED_HOSTS=localhost SECRET_KEY=only-while-the-image-is-built-0123456789 \
       python manage.py collectstatic --noinput \
    && mkdir -p var/media \
    && chown jiayuan var var/media
USER jiayuan
EXPOSE 8000
CMD ["gunicorn", "config.wsgi", "--worker-class", "gthread", "--workers", "4", "--threads", "4", \
     "--bind", "0.0.0.0:8000", "--access-logfile", "-"]
HEALTHCHECK --interval=15s --timeout=6s --start-period=20s CMD ["python", "deploy/health.py", "web"]
