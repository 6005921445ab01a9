// engine/functions/aggregate_state.h - an AggregateImplementation from a class; not for others.
#pragma once

#include <new>
#include <span>

#include "engine/functions/function.h"

namespace leftmost::engine {

/// For a class with step(call, arguments) and finish(call). As a window function it also has invert(call,
/// arguments), where rows leave its frames, and value(call), where that is not what finish() says.
template <typename State>
const AggregateImplementation* implementation_of() {
  static_assert(sizeof(State) <= kAggregateStateBytesMax);
  using Arguments = std::span<const storage::Value>;
  static const AggregateImplementation kImplementation = [] {
    AggregateImplementation made;
    made.state_bytes = sizeof(State);
    made.create = [](void* state) { new (state) State(); };
    made.step = [](CallContext& call, void* state, Arguments a) {
      return static_cast<State*>(state)->step(call, a);
    };
    made.finish = [](CallContext& call, void* state) { return static_cast<State*>(state)->finish(call); };
    made.destroy = [](void* state) { static_cast<State*>(state)->~State(); };
    if constexpr (requires(State & state, CallContext & call, Arguments a) { state.invert(call, a); }) {
      made.invert = [](CallContext& call, void* state, Arguments a) {
        static_cast<State*>(state)->invert(call, a);
      };
    }
    if constexpr (requires(State & state, CallContext & call) { state.value(call); }) {
      made.value = [](CallContext& call, void* state) { return static_cast<State*>(state)->value(call); };
    } else {
      made.value = made.finish;
    }
    return made;
  }();
  return &kImplementation;
}

}  // namespace leftmost::engine
