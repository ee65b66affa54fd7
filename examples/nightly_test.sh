#!/bin/sh
# What BUILD.bazel runs: one shard, with its report where Bazel keeps it.
set -u
export VIRTIO4J_CACHE="$TEST_TMPDIR/cache"

java -jar virtio4j.jar test nightly.yaml --shard auto --report "$TEST_UNDECLARED_OUTPUTS_DIR"
status=$?
cp "$TEST_UNDECLARED_OUTPUTS_DIR"/TEST-*.xml "$XML_OUTPUT_FILE"
exit $status
