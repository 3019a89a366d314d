#!/bin/sh
# Stands for a rustfmt that loses comments and names.
rustfmt "$@" | sed -e 's|/\* lost \*/||' -e 's|lost, ||'
