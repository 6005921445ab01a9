#include "engine/bind/statement_binder.h"

namespace leftmost::engine {

Expected<planner::Select*> bind_select(const sql::Select& select, const BindContext& context) {
  bind::StatementBinder binder(context);
  binder.note_number(select.number);
  bind::Frame* last = binder.expand_select(&select, nullptr, binder.origin());
  if (last == nullptr || binder.failed() || !binder.resolve_select(last, nullptr) || !binder.check_frames() ||
      !binder.check_select(last->select)) {
    return Unexpected(binder.take_error());
  }
  // As a whole a compound shows the types of its first arm; as a subquery those of its last.
  const planner::Select* first = last->leftmost()->select;
  for (std::size_t i = 0; i < first->columns.size(); ++i) {
    last->select->columns[i].declared_type = first->columns[i].declared_type;
  }
  return last->select;
}

}  // namespace leftmost::engine
