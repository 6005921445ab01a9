// CREATE TABLE.
command: CREATE temporary TABLE if_not_exists name schema_part LP column_list table_constraints_opt RP table_options {
           auto* node = BUILD.statement(sql::CreateTable{});
           const Span own_name = $6.empty() ? $5 : $6;
           node->temporary = $2;
           node->if_not_exists = $4;
           if (!$6.empty()) node->schema = BUILD.name($5);
           node->name = BUILD.name(own_name);
           node->columns = $8.span();
           node->constraints = $9.span();
           node->without_rowid = ($11 & 1) != 0;
           node->strict = ($11 & 2) != 0;
           // The text goes on to the semicolon once an option was read.
           const std::uint32_t end = $11 == 0 ? @10.end : yylloc.begin;
           node->stored_text = BUILD.stored_text("TABLE", own_name.begin, end);
           $$ = node;
         }
       | CREATE temporary TABLE if_not_exists name schema_part AS select {
           auto* node = BUILD.statement(sql::CreateTable{});
           node->temporary = $2;
           node->if_not_exists = $4;
           if (!$6.empty()) node->schema = BUILD.name($5);
           node->name = BUILD.name($6.empty() ? $5 : $6);
           node->as_select = $8;
           $$ = node;
         }
       ;
temporary: TEMP { $$ = true; } | %empty { $$ = false; } ;
if_not_exists: %empty { $$ = false; } | IF NOT EXISTS { $$ = true; } ;
if_exists: IF EXISTS { $$ = true; } | %empty { $$ = false; } ;
table_options: %empty                           { $$ = 0; }
             | table_option                     { $$ = $1; }
             | table_options COMMA table_option { $$ = $1 | $3; }
             ;
table_option: WITHOUT name { $$ = sql::table_option(BUILD, "without", $2); }
            | name         { $$ = sql::table_option(BUILD, "", $1); }
            ;
column_list: column_list COMMA column_name constraints {
               $3->constraints = $4.span();
               $3->span.end = @4.end;
               $$ = BUILD.append($1, *$3);
             }
           | column_name constraints {
               $1->constraints = $2.span();
               $1->span.end = @2.end;
               $$ = BUILD.one(*$1);
             }
           ;
column_name: name type_token {
               $$ = BUILD.column_definition($1, $2, @$);
             }
           ;
type_token: %empty                                             { $$ = Span{}; }
          | type_words                                         { $$ = @$; }
          | type_words LP signed_number RP                     { $$ = @$; }
          | type_words LP signed_number COMMA signed_number RP { $$ = @$; }
          ;
type_words: word | type_words word { $$ = @$; } ;
number: INTEGER { $$ = @1; } | FLOAT { $$ = @1; } ;
signed_number: PLUS number { $$ = @$; } | number | MINUS number { $$ = @$; } ;

constraints: constraints column_constraint {
               if ($2 == nullptr) {
                 $$ = $1;
               } else {
                 $2->name = BUILD.take_constraint_name();
                 $2->span = @2;
                 $$ = BUILD.append($1, *$2);
               }
             }
           | constraints CONSTRAINT name { BUILD.set_constraint_name($3); $$ = $1; }
           | constraints deferral        { BUILD.defer($1, $2); $$ = $1; }
           | %empty                      { $$ = BUILD.empty_list<sql::ColumnConstraint>(); }
           ;
column_constraint: DEFAULT term { $$ = BUILD.column_default($2, BUILD.text(@2)); }
                 | DEFAULT LP expr RP { $$ = BUILD.column_default($3, BUILD.trimmed(@2.end, @4.begin)); }
                 | DEFAULT PLUS term { $$ = BUILD.column_default($3, BUILD.trimmed(@2.begin, @3.end)); }
                 | DEFAULT MINUS term {
                     $$ = BUILD.column_default(BUILD.unary(ExprKind::kNegate, $3, Span{@2.begin, @3.end}),
                                               BUILD.trimmed(@2.begin, @3.end));
                   }
                 | DEFAULT plain_name { $$ = BUILD.column_default(BUILD.word_as_string($2), BUILD.text($2)); }
                 | NULL conflict_clause { $$ = BUILD.constraint(sql::ColumnConstraintKind::kNull, $2); }
                 | NOT NULL conflict_clause { $$ = BUILD.constraint(sql::ColumnConstraintKind::kNotNull, $3); }
                 | PRIMARY KEY direction conflict_clause autoincrement {
                     $$ = BUILD.constraint(sql::ColumnConstraintKind::kPrimaryKey, $4);
                     $$->descending = $3 == 1;
                     $$->autoincrement = $5;
                   }
                 | UNIQUE conflict_clause { $$ = BUILD.constraint(sql::ColumnConstraintKind::kUnique, $2); }
                 | CHECK LP expr RP {
                     $$ = BUILD.constraint(sql::ColumnConstraintKind::kCheck, 0);
                     $$->expr = $3;
                     $$->text = BUILD.trimmed(@2.end, @4.begin);
                   }
                 | REFERENCES name plain_list_opt reference_arguments {
                     $$ = BUILD.constraint(sql::ColumnConstraintKind::kReferences, 0);
                     $4->table = BUILD.name($2);
                     $4->columns = $3.span();
                     $4->span = @$;
                     $$->references = $4;
                   }
                 | COLLATE word {
                     $$ = BUILD.constraint(sql::ColumnConstraintKind::kCollate, 0);
                     $$->collation = BUILD.name($2).text;
                   }
                 | GENERATED ALWAYS AS LP expr RP generated_kind { $$ = BUILD.generated($5, $7, BUILD.trimmed(@4.end, @6.begin)); }
                 | AS LP expr RP generated_kind                  { $$ = BUILD.generated($3, $5, BUILD.trimmed(@2.end, @4.begin)); }
                 ;
generated_kind: %empty { $$ = false; } | ID { $$ = BUILD.is_stored(@1); } ;
autoincrement: %empty { $$ = false; } | AUTOINCR { $$ = true; } ;
reference_arguments: %empty { $$ = BUILD.make<sql::References>(); }
                   | reference_arguments MATCH name { $$ = $1; }
                   | reference_arguments ON INSERT foreign_key_action { $$ = $1; }
                   | reference_arguments ON DELETE foreign_key_action {
                       $$ = $1;
                       $$->on_delete = static_cast<ForeignKeyAction>($4);
                     }
                   | reference_arguments ON UPDATE foreign_key_action {
                       $$ = $1;
                       $$->on_update = static_cast<ForeignKeyAction>($4);
                     }
                   ;
foreign_key_action: SET NULL    { $$ = static_cast<int>(ForeignKeyAction::kSetNull); }
                  | SET DEFAULT { $$ = static_cast<int>(ForeignKeyAction::kSetDefault); }
                  | CASCADE     { $$ = static_cast<int>(ForeignKeyAction::kCascade); }
                  | RESTRICT    { $$ = static_cast<int>(ForeignKeyAction::kRestrict); }
                  | NO ACTION   { $$ = static_cast<int>(ForeignKeyAction::kNoAction); }
                  ;
// Bit 0: deferrable, bit 1: initially deferred.
deferral: NOT DEFERRABLE initially { $$ = 0; } | DEFERRABLE initially { $$ = 1 | $2; } ;
initially: %empty { $$ = 0; } | INITIALLY DEFERRED { $$ = 2; } | INITIALLY IMMEDIATE { $$ = 0; } ;

table_constraints_opt: %empty { $$ = BUILD.empty_list<sql::TableConstraint>(); }
                     | COMMA table_constraints { $$ = $2; }
                     ;
table_constraints: table_constraints constraint_comma table_constraint { $$ = BUILD.add_table_constraint($1); }
                 | table_constraint {
                     $$ = BUILD.add_table_constraint(BUILD.empty_list<sql::TableConstraint>());
                   }
                 ;
constraint_comma: COMMA { BUILD.set_constraint_name(Span{}); } | %empty ;
table_constraint: CONSTRAINT name { BUILD.set_constraint_name($2); }
                | PRIMARY KEY LP sort_list autoincrement RP conflict_clause {
                    auto& node = BUILD.new_table_constraint(sql::TableConstraintKind::kPrimaryKey, $7, @$);
                    node.key = $4.span();
                    node.autoincrement = $5;
                  }
                | UNIQUE LP sort_list RP conflict_clause {
                    BUILD.new_table_constraint(sql::TableConstraintKind::kUnique, $5, @$).key = $3.span();
                  }
                | CHECK LP expr RP conflict_clause {
                    auto& node = BUILD.new_table_constraint(sql::TableConstraintKind::kCheck, $5, @$);
                    node.check = $3;
                    node.text = BUILD.trimmed(@2.end, @4.begin);
                  }
                | FOREIGN KEY LP plain_list RP REFERENCES name plain_list_opt reference_arguments deferral_opt {
                    auto& node = BUILD.new_table_constraint(sql::TableConstraintKind::kForeignKey, 0, @$);
                    node.columns = $4.span();
                    $9->table = BUILD.name($7);
                    $9->columns = $8.span();
                    $9->deferrable = ($10 & 1) != 0;
                    $9->initially_deferred = ($10 & 2) != 0;
                    $9->span = Span{@6.begin, @10.end};
                    node.references = $9;
                  }
                ;
deferral_opt: %empty { $$ = 0; } | deferral ;
conflict_clause: %empty { $$ = static_cast<int>(ConflictAction::kNone); }
               | ON CONFLICT resolve_action { $$ = $3; }
               ;
or_clause: %empty { $$ = static_cast<int>(ConflictAction::kNone); } | OR resolve_action { $$ = $2; } ;
resolve_action: raise_action
              | IGNORE  { $$ = static_cast<int>(ConflictAction::kIgnore); }
              | REPLACE { $$ = static_cast<int>(ConflictAction::kReplace); }
              ;
raise_action: ROLLBACK { $$ = static_cast<int>(ConflictAction::kRollback); }
            | ABORT    { $$ = static_cast<int>(ConflictAction::kAbort); }
            | FAIL     { $$ = static_cast<int>(ConflictAction::kFail); }
            ;
