# An image that runs martlet: docs/install.md shows how to build and use it.
#
#   docker build --build-arg MARTLET_COMMIT=$(git rev-parse --short=9 HEAD) --tag martlet .
ARG SWIFT_VERSION=6.3.1

FROM swift:${SWIFT_VERSION}-bookworm AS build
# For the manual page. Its version is the one of this Debian release.
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install --yes --no-install-recommends python3 \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY . .
# .git is not copied (.dockerignore): without this argument --version prints the number alone.
ARG MARTLET_COMMIT=
RUN Tools/release --output /archive \
 && mkdir /image \
 && tar --extract --gzip --file /archive/martlet-*-linux-x86_64.tar.gz --directory /image --strip-components 1

FROM debian:bookworm-slim
COPY --from=build /image /usr/local
# LLVM's library, OpenBLAS, libpng and TurboJPEG, which the executable loads.
RUN /usr/local/share/martlet/setup --run-time --no-data \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --create-home --uid 1000 martlet
USER 1000
WORKDIR /data
ENTRYPOINT ["martlet"]
CMD ["--help"]
