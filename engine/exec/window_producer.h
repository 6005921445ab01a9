// engine/exec/window_producer.h - rows in, the same rows with the results of window functions out.
#pragma once

#include <memory>

#include "engine/exec/loop_nest.h"
#include "engine/exec/stream_builder.h"
#include "planner/window_pass.h"

namespace leftmost::engine {

/// `rows` are those of pass.input, sorted by partition and order. Each row given out is in the place of the
/// item pass.row.
std::unique_ptr<RowProducer> make_window_producer(const planner::WindowPass& pass,
                                                  std::unique_ptr<RowProducer> rows, StreamBuilder& builder);

}  // namespace leftmost::engine
