#include "oracle/replay.h"

#include <algorithm>

namespace leftmost::oracle {

Replay::Replay(std::shared_ptr<engine::Environment> source)
    : source_(source ? std::move(source) : engine::system_environment()) {
  begin_statement();
}

void Replay::begin_statement() {
  draws_.clear();
  instant_ = source_->julian_milliseconds();
}

void Replay::random_bytes(std::span<std::uint8_t> bytes) {
  source_->random_bytes(bytes);
  if (recording_) draws_.emplace_back(bytes.begin(), bytes.end());
}

std::int64_t Replay::local_offset_milliseconds(std::int64_t julian_milliseconds) {
  return source_->local_offset_milliseconds(julian_milliseconds);
}

void Replay::replay_bytes(std::span<std::uint8_t> bytes) {
  if (draws_.empty() || draws_.front().size() != bytes.size()) {
    source_->random_bytes(bytes);
    return;
  }
  std::copy(draws_.front().begin(), draws_.front().end(), bytes.begin());
  draws_.pop_front();
}

}  // namespace leftmost::oracle
