#include "engine/bind/statement_binder.h"

namespace leftmost::engine {

Expected<planner::Select*> bind_select(const sql::Select& select, const BindContext& context) {
  bind::StatementBinder binder(context);
  binder.note_number(select.number);
  bind::Frame* last = binder.expand_select(&select, nullptr, {});
  if (last == nullptr || !binder.resolve_select(last, nullptr) || !binder.check_frames() ||
      !binder.check_select(last->select)) {
    return Unexpected(binder.take_error());
  }
  return last->select;
}

}  // namespace leftmost::engine
