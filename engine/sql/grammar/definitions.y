// Other definitions.
command: DROP TABLE if_exists full_name   { $$ = BUILD.drop(sql::DropKind::kTable, $3, *$4); }
       | DROP VIEW if_exists full_name    { $$ = BUILD.drop(sql::DropKind::kView, $3, *$4); }
       | DROP INDEX if_exists full_name   { $$ = BUILD.drop(sql::DropKind::kIndex, $3, *$4); }
       | DROP TRIGGER if_exists full_name { $$ = BUILD.drop(sql::DropKind::kTrigger, $3, *$4); }
       | CREATE temporary VIEW if_not_exists name schema_part plain_list_opt AS select {
           auto* node = BUILD.statement(sql::CreateView{});
           const Span own_name = $6.empty() ? $5 : $6;
           node->temporary = $2;
           node->if_not_exists = $4;
           if (!$6.empty()) node->schema = BUILD.name($5);
           node->name = BUILD.name(own_name);
           node->columns = $7.span();
           node->select = $9;
           BUILD.store_text_from("VIEW", own_name, &node->stored_text);
           $$ = node;
         }
       | CREATE unique INDEX if_not_exists name schema_part ON name LP sort_list RP where {
           auto* node = BUILD.statement(sql::CreateIndex{});
           const Span own_name = $6.empty() ? $5 : $6;
           node->unique = $2;
           node->if_not_exists = $4;
           if (!$6.empty()) node->schema = BUILD.name($5);
           node->name = BUILD.name(own_name);
           node->table = BUILD.name($8);
           BUILD.check_list_length($10.size, "index");
           node->columns = $10.span();
           node->where = $12;
           BUILD.store_text_from($2 ? "UNIQUE INDEX" : "INDEX", own_name, &node->stored_text);
           $$ = node;
         }
       ;
unique: UNIQUE { $$ = true; } | %empty { $$ = false; } ;

command: trigger_head BEGIN trigger_body END {
           auto* node = static_cast<sql::CreateTrigger*>($1);
           node->body = $3.span();
           const Name& own_name = node->name;
           node->stored_text = BUILD.stored_text("TRIGGER", own_name.span.begin, @4.end);
           BUILD.leave_trigger();
           $$ = node;
         }
       ;
trigger_head: CREATE temporary TRIGGER if_not_exists name schema_part trigger_time trigger_event ON full_name
              for_each_row when_clause {
                auto* node = BUILD.statement(sql::CreateTrigger{});
                node->temporary = $2;
                node->if_not_exists = $4;
                if (!$6.empty()) node->schema = BUILD.name($5);
                node->name = BUILD.name($6.empty() ? $5 : $6);
                node->time = static_cast<sql::TriggerTime>($7);
                node->event = $8.event;
                node->update_of = $8.columns;
                node->table_schema = $10->schema;
                node->table = $10->name;
                node->when = $12;
                BUILD.enter_trigger();
                $$ = node;
              }
            ;
trigger_time: BEFORE     { $$ = static_cast<int>(sql::TriggerTime::kBefore); }
            | AFTER      { $$ = static_cast<int>(sql::TriggerTime::kAfter); }
            | INSTEAD OF { $$ = static_cast<int>(sql::TriggerTime::kInsteadOf); }
            | %empty     { $$ = static_cast<int>(sql::TriggerTime::kBefore); }
            ;
trigger_event: DELETE { $$.event = sql::TriggerEvent::kDelete; $$.columns = {}; }
             | INSERT { $$.event = sql::TriggerEvent::kInsert; $$.columns = {}; }
             | UPDATE { $$.event = sql::TriggerEvent::kUpdate; $$.columns = {}; }
             | UPDATE OF name_list {
                 auto columns = $3;
                 $$.event = sql::TriggerEvent::kUpdate;
                 $$.columns = columns.span();
               }
             ;
for_each_row: %empty | FOR EACH ROW ;
when_clause: %empty { $$ = nullptr; } | WHEN expr { $$ = $2; } ;
trigger_body: trigger_body trigger_statement SEMI { $$ = BUILD.append<const sql::Statement*>($1, $2); }
            | trigger_statement SEMI              { $$ = BUILD.one<const sql::Statement*>($1); }
            ;
trigger_target: name { $$ = BUILD.target($1); }
              | name DOT name {
                  $$ = BUILD.target($1, $3);
                  BUILD.fail("qualified table names are not allowed on INSERT, UPDATE, and DELETE statements within "
                             "triggers");
                }
              ;
trigger_index_hint: %empty
                  | INDEXED BY name {
                      BUILD.fail("the INDEXED BY clause is not allowed on UPDATE or DELETE statements within triggers");
                    }
                  | NOT INDEXED {
                      BUILD.fail("the NOT INDEXED clause is not allowed on UPDATE or DELETE statements within "
                                 "triggers");
                    }
                  ;
trigger_statement: UPDATE or_clause trigger_target trigger_index_hint SET set_list from where {
                     auto* node = BUILD.statement(sql::Update{});
                     node->action = static_cast<ConflictAction>($2);
                     node->target = *$3;
                     node->assignments = $6.span();
                     node->from = $7.span();
                     node->where = $8;
                     node->span = @$;
                     $$ = node;
                   }
                 | insert_or_replace INTO trigger_target name_list_opt select upsert {
                     auto* node = BUILD.statement(sql::Insert{});
                     node->action = static_cast<ConflictAction>($1);
                     node->target = *$3;
                     node->columns = $4.span();
                     node->source = $5;
                     node->upserts = BUILD.upserts_in_order($6);
                     node->returning = $6.returning;
                     node->span = @$;
                     $$ = node;
                   }
                 | DELETE FROM trigger_target trigger_index_hint where {
                     auto* node = BUILD.statement(sql::Delete{});
                     node->target = *$3;
                     node->where = $5;
                     node->span = @$;
                     $$ = node;
                   }
                 | select {
                     auto* node = BUILD.statement(sql::SelectStatement{});
                     node->select = $1;
                     node->span = @$;
                     $$ = node;
                   }
                 ;

command: module_head {
           BUILD.finish_module($1, @1.end);
           $$ = $1;
         }
       | module_head LP { BUILD.set_module_arguments(true); } module_arguments RP {
           BUILD.set_module_arguments(false);
           static_cast<sql::CreateVirtualTable*>($1)->arguments = $4.span();
           BUILD.finish_module($1, @5.end);
           $$ = $1;
         }
       ;
module_head: CREATE VIRTUAL TABLE if_not_exists name schema_part USING name {
               auto* node = BUILD.statement(sql::CreateVirtualTable{});
               node->if_not_exists = $4;
               if (!$6.empty()) node->schema = BUILD.name($5);
               node->name = BUILD.name($6.empty() ? $5 : $6);
               node->module = BUILD.name($8);
               $$ = node;
             }
           ;
module_arguments: module_argument {
                    $$ = BUILD.one(BUILD.trimmed(@1.begin, @1.end));
                  }
                | module_arguments COMMA module_argument {
                    $$ = BUILD.append($1, BUILD.trimmed(@3.begin, @3.end));
                  }
                ;
module_argument: %empty | module_argument module_token ;
module_token: ANY | LP any_tokens RP ;
any_tokens: %empty | any_tokens LP any_tokens RP | any_tokens ANY ;

command: ALTER TABLE full_name RENAME TO name {
           auto* node = BUILD.alter(sql::AlterKind::kRenameTable, *$3);
           node->new_name = BUILD.name($6);
           $$ = node;
         }
       | ALTER TABLE full_name ADD column_word column_name constraints {
           auto* node = BUILD.alter(sql::AlterKind::kAddColumn, *$3);
           $6->constraints = $7.span();
           $6->span.end = @7.end;
           node->new_column = $6;
           $$ = node;
         }
       | ALTER TABLE full_name DROP column_word name {
           auto* node = BUILD.alter(sql::AlterKind::kDropColumn, *$3);
           node->column = BUILD.name($6);
           $$ = node;
         }
       | ALTER TABLE full_name RENAME column_word name TO name {
           auto* node = BUILD.alter(sql::AlterKind::kRenameColumn, *$3);
           node->column = BUILD.name($6);
           node->new_name = BUILD.name($8);
           $$ = node;
         }
       ;
column_word: %empty | COLUMNKW ;

command: REINDEX { $$ = BUILD.statement(sql::Reindex{}); }
       | REINDEX name schema_part {
           auto* node = BUILD.statement(sql::Reindex{});
           if (!$3.empty()) node->schema = BUILD.name($2);
           node->name = BUILD.name($3.empty() ? $2 : $3);
           $$ = node;
         }
       | ANALYZE { $$ = BUILD.statement(sql::Analyze{}); }
       | ANALYZE name schema_part {
           auto* node = BUILD.statement(sql::Analyze{});
           if (!$3.empty()) node->schema = BUILD.name($2);
           node->name = BUILD.name($3.empty() ? $2 : $3);
           $$ = node;
         }
       | VACUUM vacuum_into {
           auto* node = BUILD.statement(sql::Vacuum{});
           node->into = $2;
           $$ = node;
         }
       | VACUUM name vacuum_into {
           auto* node = BUILD.statement(sql::Vacuum{});
           node->schema = BUILD.name($2);
           node->into = $3;
           $$ = node;
         }
       | PRAGMA name schema_part                         { $$ = BUILD.pragma($2, $3, false, Span{}, Span{}); }
       | PRAGMA name schema_part EQ pragma_word          { $$ = BUILD.pragma($2, $3, true, $5, @5); }
       | PRAGMA name schema_part LP pragma_word RP       { $$ = BUILD.pragma($2, $3, true, $5, @5); }
       | PRAGMA name schema_part EQ MINUS number         { $$ = BUILD.pragma($2, $3, true, $6, Span{@5.begin, @6.end}); }
       | PRAGMA name schema_part LP MINUS number RP      { $$ = BUILD.pragma($2, $3, true, $6, Span{@5.begin, @6.end}); }
       | ATTACH database_word expr AS expr key           { $$ = BUILD.attach($3, $5, $6); }
       | DETACH database_word expr {
           auto* node = BUILD.statement(sql::Detach{});
           node->name = BUILD.bare_word_is_string($3);
           $$ = node;
         }
       ;
vacuum_into: INTO expr { $$ = $2; } | %empty { $$ = nullptr; } ;
pragma_word: PLUS number { $$ = $2; } | number | name | ON { $$ = @1; } | DELETE { $$ = @1; } | DEFAULT { $$ = @1; } ;
database_word: DATABASE | %empty ;
key: %empty { $$ = nullptr; } | KEY expr { $$ = $2; } ;
