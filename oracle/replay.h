// oracle/replay.h - what our engine drew from the outside world, to be drawn again by the twin.
//
// random() and randomblob() give each engine other values, and 'now' moves on between two runs of one statement. So our
// engine draws through a Replay, which remembers; SQLite's random() and randomblob() are overridden on the twin by
// functions that hand out the same draws in the same order, and its clock stands at the same instant (fixed_time.h).
//
//   begin_statement()   ours: random() -> draw 1, random() -> draw 2     twin: random() -> draw 1, random() -> draw 2
//
// Our engine may draw ahead (it works on batches); the twin takes a prefix. A twin that wants more than we drew, or
// another number of bytes, gets fresh bytes: the engines then called the functions at different places, and comparing
// the rows shows it.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <vector>

#include "engine/environment.h"

namespace leftmost::oracle {

class Replay final : public engine::Environment {
 public:
  /// Draws from `source`; null: the machine's own entropy and clock.
  explicit Replay(std::shared_ptr<engine::Environment> source = nullptr);

  /// Forgets the draws and takes the instant at which the statement runs on both sides.
  void begin_statement();
  /// Whether draws are kept for a twin. Off where no twin listens, so that a long statement keeps nothing.
  void set_recording(bool recording) { recording_ = recording; }

  void random_bytes(std::span<std::uint8_t> bytes) override;
  /// The instant taken by begin_statement().
  std::int64_t julian_milliseconds() override { return instant_; }
  std::int64_t local_offset_milliseconds(std::int64_t julian_milliseconds) override;

  /// The next draw that the twin has not had, if it is of this size; else fresh bytes.
  void replay_bytes(std::span<std::uint8_t> bytes);
  /// Draws of this statement that the twin has not taken.
  std::size_t draws_waiting() const { return draws_.size(); }

 private:
  std::shared_ptr<engine::Environment> source_;
  std::deque<std::vector<std::uint8_t>> draws_;
  std::int64_t instant_ = 0;
  bool recording_ = true;
};

}  // namespace leftmost::oracle
