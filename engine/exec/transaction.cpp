// BEGIN, COMMIT, ROLLBACK, SAVEPOINT, RELEASE, ROLLBACK TO (the rules are connection.h's).
#include "engine/exec/rows_action.h"

namespace leftmost::engine {

Expected<void> compile_transaction(const sql::Statement& statement, CompileContext context) {
  Connection& connection = context.connection;
  context.statement.kind = StatementKind::kTransaction;
  std::function<Expected<void>()> run;
  switch (statement.kind) {
    case sql::StatementKind::kBegin:
      run = [&connection] { return connection.begin(); };
      break;
    case sql::StatementKind::kCommit:
      run = [&connection] { return connection.commit(); };
      break;
    case sql::StatementKind::kRollback:
      run = [&connection] { return connection.rollback(); };
      break;
    case sql::StatementKind::kSavepoint:
      run = [&connection, name = sql::as<sql::Savepoint>(statement).name.text]() -> Expected<void> {
        connection.savepoint(name);
        return {};
      };
      break;
    case sql::StatementKind::kRelease:
      run = [&connection, name = sql::as<sql::Release>(statement).name.text] { return connection.release(name); };
      break;
    case sql::StatementKind::kRollbackTo:
      run = [&connection, name = sql::as<sql::RollbackTo>(statement).name.text] { return connection.rollback_to(name); };
      break;
    default:
      return fail(ErrorCode::kInternal, "no transaction statement");
  }
  context.statement.action = make_plain_action(std::move(run));
  return {};
}

}  // namespace leftmost::engine
