// Transactions.
command: BEGIN transaction_mode transaction_word {
           auto* node = BUILD.statement(sql::Begin{});
           node->mode = static_cast<sql::TransactionMode>($2);
           $$ = node;
         }
       | COMMIT transaction_word   { $$ = BUILD.statement(sql::Commit{}); }
       | END transaction_word      { $$ = BUILD.statement(sql::Commit{}); }
       | ROLLBACK transaction_word { $$ = BUILD.statement(sql::Rollback{}); }
       | SAVEPOINT name {
           auto* node = BUILD.statement(sql::Savepoint{});
           node->name = BUILD.name($2);
           $$ = node;
         }
       | RELEASE savepoint_word name {
           auto* node = BUILD.statement(sql::Release{});
           node->name = BUILD.name($3);
           $$ = node;
         }
       | ROLLBACK transaction_word TO savepoint_word name {
           auto* node = BUILD.statement(sql::RollbackTo{});
           node->name = BUILD.name($5);
           $$ = node;
         }
       ;
transaction_word: %empty | TRANSACTION | TRANSACTION name ;
transaction_mode: %empty    { $$ = static_cast<int>(sql::TransactionMode::kDeferred); }
                | DEFERRED  { $$ = static_cast<int>(sql::TransactionMode::kDeferred); }
                | IMMEDIATE { $$ = static_cast<int>(sql::TransactionMode::kImmediate); }
                | EXCLUSIVE { $$ = static_cast<int>(sql::TransactionMode::kExclusive); }
                ;
savepoint_word: SAVEPOINT | %empty ;
