// How often Python hears of what changes under the hand.

/** Calls `send(done)` after changes: at most every `every` milliseconds, and at once when `done`. */
class Pace {
  constructor(every, send) {
    this.every = every;
    this.send = send;
    this.sentAt = 0;
  }

  changed(done = false) {
    clearTimeout(this.timer);
    const wait = done ? 0 : this.sentAt + this.every - performance.now();
    if (wait > 0) this.timer = setTimeout(() => this.tell(false), wait);
    else this.tell(done);
  }

  tell(done) {
    this.sentAt = performance.now();
    this.send(done);
  }

  stop() {
    clearTimeout(this.timer);
  }
}
