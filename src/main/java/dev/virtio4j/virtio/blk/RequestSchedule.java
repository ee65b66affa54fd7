package dev.virtio4j.virtio.blk;

import dev.virtio4j.block.DiskPace;
import dev.virtio4j.block.DiskTiming;
import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.virtio.Virtqueue;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * The requests of a device that are not carried out yet, in the order in which they will be: by the
 * time that a disk of the given speed takes, and never across a barrier. Doesn't allocate, once it
 * has been as long as it gets.
 */
final class RequestSchedule {
  private final DiskPace pace;
  private BlkRequest[] requests = new BlkRequest[16];
  private int first;
  private int end;

  RequestSchedule(DiskTiming timing) {
    pace = new DiskPace(timing);
  }

  int size() {
    return end - first;
  }

  BlkRequest get(int index) {
    return requests[first + index];
  }

  /**
   * Finds a request its place.
   *
   * @param now the emulated time
   * @param bytes what it moves, as far as the disk's speed is concerned
   * @param delayNanos how much longer it takes than that says
   */
  void add(BlkRequest request, long now, long bytes, long delayNanos) {
    long earliest = Math.max(now, barrierDue());
    long due = pace.due(earliest, request.type().isOut(), bytes) + delayNanos;
    if (request.isBarrier() && size() > 0) {
      due = Math.max(due, get(size() - 1).due);
    }
    request.due = due;
    insert(request);
  }

  /** When the last barrier is done: no request that comes now begins before. */
  private long barrierDue() {
    int last = size() - 1;
    while (last >= 0 && !get(last).isBarrier()) {
      last--;
    }
    return last < 0 ? 0 : get(last).due;
  }

  private void insert(BlkRequest request) {
    if (end == requests.length) {
      makeRoom();
    }
    int at = end++;
    for (; at > first && requests[at - 1].due > request.due; at--) {
      requests[at] = requests[at - 1];
    }
    requests[at] = request;
  }

  private void makeRoom() {
    BlkRequest[] from = requests;
    if (size() > from.length / 2) {
      requests = new BlkRequest[2 * from.length];
    }
    System.arraycopy(from, first, requests, 0, size());
    Arrays.fill(requests, size(), requests.length, null);
    end -= first;
    first = 0;
  }

  /** Takes the first requests out. */
  void remove(int count) {
    Arrays.fill(requests, first, first + count, null);
    first += count;
    if (first == end) {
      first = 0;
      end = 0;
    }
  }

  /** Takes one request out, wherever it is. */
  BlkRequest removeAt(int index) {
    BlkRequest request = get(index);
    System.arraycopy(requests, first + index + 1, requests, first + index, size() - index - 1);
    requests[--end] = null;
    return request;
  }

  void save(StateWriter out) throws IOException {
    for (long time : pace.state()) {
      out.i64(time);
    }
    out.i32(size());
    for (int i = 0; i < size(); i++) {
      get(i).save(out);
    }
  }

  void load(StateReader in, List<Virtqueue> queues) throws IOException {
    long[] times = pace.state();
    for (int i = 0; i < times.length; i++) {
      times[i] = in.i64();
    }
    pace.restore(times);
    remove(size());
    int count = in.i32(0, Integer.MAX_VALUE, "the number of requests in flight");
    for (int i = 0; i < count; i++) {
      BlkRequest request = new BlkRequest();
      request.load(in, queues.get(in.i32(0, queues.size() - 1, "a queue")));
      insert(request);
    }
  }
}
