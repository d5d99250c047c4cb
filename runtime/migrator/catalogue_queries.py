"""The questions that read a schema out of PostgreSQL's own tables, one for each kind of object.

Each answers rows of (kind, name, table, facets): `name` is quoted where SQL needs that and qualified
outside of `public`, `table` is the relation that the object stands or falls with, `facets` an object of
texts. Rows of one kind and name are one object. `%(schemas)s` names the schemas to look into.
For PostgreSQL 14 and later.
"""

from __future__ import annotations

from typing import Final

SETTINGS: Final = """
SELECT set_config('search_path', '', true), set_config('quote_all_identifiers', 'off', true),
       set_config('DateStyle', 'ISO, YMD', true), set_config('IntervalStyle', 'postgres', true),
       set_config('TimeZone', 'UTC', true), set_config('bytea_output', 'hex', true),
       set_config('extra_float_digits', '1', true), set_config('lc_monetary', 'C', true)
"""
"""Decides how PostgreSQL writes a definition, until the transaction ends."""

_NAMES: Final = """
WITH scope AS MATERIALIZED (
    SELECT oid, nspname, nspowner, nspacl,
           CASE nspname WHEN 'public' THEN '' ELSE quote_ident(nspname) || '.' END AS prefix
    FROM pg_namespace WHERE nspname = ANY(%(schemas)s::text[])
), relation AS MATERIALIZED (
    SELECT pg_class.*, prefix, prefix || quote_ident(relname) AS name,
           CASE relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view'
                        WHEN 'f' THEN 'foreign table' ELSE 'table' END AS kind
    FROM pg_class JOIN scope ON scope.oid = relnamespace
    WHERE relkind IN ('r', 'p', 'v', 'm', 'f') AND relname <> '_sqlx_migrations'
      AND NOT EXISTS (SELECT FROM pg_depend
                      WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid AND deptype = 'e')
), sequence AS MATERIALIZED (
    SELECT pg_sequence.*, pg_class.oid, prefix || quote_ident(relname) AS name, relowner, relacl,
           relpersistence, deptype, refobjid, refobjsubid
    FROM pg_class JOIN scope ON scope.oid = relnamespace JOIN pg_sequence ON seqrelid = pg_class.oid
         LEFT JOIN pg_depend ON classid = 'pg_class'::regclass AND objid = seqrelid
              AND refclassid = 'pg_class'::regclass AND refobjsubid > 0 AND deptype IN ('a', 'i')
    WHERE NOT EXISTS (SELECT FROM pg_depend AS given
                      WHERE given.classid = 'pg_class'::regclass AND given.objid = pg_class.oid
                        AND given.deptype = 'e')
), routine AS MATERIALIZED (
    SELECT pg_proc.*, prefix || quote_ident(proname) || '(' || oidvectortypes(proargtypes) || ')' AS name,
           CASE prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END AS kind
    FROM pg_proc JOIN scope ON scope.oid = pronamespace
    WHERE NOT EXISTS (SELECT FROM pg_depend -- an extension's, or the constructors of a range type
                      WHERE classid = 'pg_proc'::regclass AND objid = pg_proc.oid AND deptype IN ('e', 'i'))
), type AS MATERIALIZED (
    SELECT pg_type.*, prefix || quote_ident(typname) AS name,
           CASE typtype WHEN 'e' THEN 'enum' WHEN 'd' THEN 'domain' WHEN 'r' THEN 'range type'
                        ELSE 'composite type' END AS kind
    FROM pg_type JOIN scope ON scope.oid = typnamespace LEFT JOIN pg_class ON pg_class.oid = typrelid
    WHERE (typtype IN ('e', 'd', 'r') OR typtype = 'c' AND relkind = 'c')
      AND NOT EXISTS (SELECT FROM pg_depend
                      WHERE classid = 'pg_type'::regclass AND objid = pg_type.oid AND deptype = 'e')
)
"""

_EXTENSIONS: Final = """
SELECT 'extension', quote_ident(extname), NULL, jsonb_build_object('schema', extnamespace::regnamespace::text)
FROM pg_extension
"""

_SCHEMAS: Final = """
SELECT 'schema', quote_ident(nspname), NULL,
       jsonb_build_object('comment', obj_description(oid, 'pg_namespace'))
FROM scope
"""

_TYPES: Final = """
SELECT kind, name, NULL, jsonb_build_object(
    'labels', (SELECT string_agg(quote_literal(enumlabel), ', ' ORDER BY enumsortorder)
               FROM pg_enum WHERE enumtypid = type.oid),
    'type', CASE typtype WHEN 'd' THEN format_type(typbasetype, typtypmod) END,
    'null', CASE WHEN typtype = 'd' THEN CASE WHEN typnotnull THEN 'not null' ELSE 'nullable' END END,
    'default', CASE typtype WHEN 'd' THEN pg_get_expr(typdefaultbin, 0) END,
    'collation', CASE WHEN typtype = 'd' AND typcollation <> (
        SELECT typcollation FROM pg_type AS base WHERE base.oid = type.typbasetype)
        THEN typcollation::regcollation::text END,
    'constraints', (SELECT string_agg(quote_ident(conname) || ' ' || pg_get_constraintdef(oid), ', '
                                      ORDER BY conname)
                    FROM pg_constraint WHERE contypid = type.oid AND contype = 'c'),
    'attributes', (SELECT string_agg(quote_ident(attname) || ' ' || format_type(atttypid, atttypmod), ', '
                                     ORDER BY attnum)
                   FROM pg_attribute
                   WHERE typtype = 'c' AND attrelid = typrelid AND attnum > 0 AND NOT attisdropped),
    'bounds', (SELECT concat_ws(', ', format_type(rngsubtype, NULL),
                                nullif(rngcollation, 0)::regcollation, nullif(rngcanonical, 0),
                                nullif(rngsubdiff, 0))
               FROM pg_range WHERE rngtypid = type.oid),
    'comment', obj_description(oid, 'pg_type'))
FROM type
"""

_RELATIONS: Final = """
SELECT kind, name, NULL, jsonb_build_object(
    'persistence', CASE relpersistence WHEN 'u' THEN 'unlogged' ELSE 'permanent' END,
    'partitioned by', CASE relkind WHEN 'p' THEN pg_get_partkeydef(oid) END,
    CASE WHEN relispartition THEN 'partition of' ELSE 'inherits' END, (
        SELECT string_agg(concat_ws(' ', inhparent::regclass, pg_get_expr(relpartbound, relation.oid)), ', '
                          ORDER BY inhseqno)
        FROM pg_inherits WHERE inhrelid = relation.oid),
    'row security', CASE WHEN relkind IN ('r', 'p')
                         THEN CASE WHEN relrowsecurity THEN 'enabled' ELSE 'disabled' END
                              || CASE WHEN relforcerowsecurity THEN ', forced' ELSE '' END END,
    'options', (SELECT string_agg(each, ', ' ORDER BY each COLLATE "C") FROM unnest(reloptions) AS each),
    'replica identity', CASE WHEN relkind = 'v' THEN NULL WHEN relreplident = 'f' THEN 'full'
        WHEN relreplident = 'n' THEN 'nothing' WHEN relreplident = 'i' THEN (
        SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = relation.oid AND indisreplident) END,
    'clustered on', (SELECT indexrelid::regclass::text
                     FROM pg_index WHERE indrelid = relation.oid AND indisclustered),
    'access method', (SELECT amname FROM pg_am WHERE pg_am.oid = relam AND amname <> 'heap'),
    'of type', CASE WHEN reloftype <> 0 THEN format_type(reloftype, NULL) END,
    'server', (SELECT concat_ws(' ', quote_ident(srvname), ftoptions::text)
               FROM pg_foreign_table JOIN pg_foreign_server ON pg_foreign_server.oid = ftserver
               WHERE ftrelid = relation.oid),
    'definition', CASE WHEN relkind IN ('v', 'm') THEN pg_get_viewdef(oid) END,
    'comment', obj_description(oid, 'pg_class'))
FROM relation
"""

_COLUMNS: Final = """
SELECT 'column', relation.name || '.' || quote_ident(attname), relation.name, jsonb_build_object(
    'type', format_type(atttypid, atttypmod),
    'null', CASE WHEN attnotnull THEN 'not null' ELSE 'nullable' END,
    'default', CASE attgenerated WHEN '' THEN pg_get_expr(adbin, adrelid) END,
    'generated', CASE attgenerated WHEN 's' THEN pg_get_expr(adbin, adrelid) || ' stored'
                                   WHEN 'v' THEN pg_get_expr(adbin, adrelid) || ' virtual' END,
    'identity', (SELECT format('%%s, start %%s, increment %%s, from %%s to %%s, cache %%s%%s',
                               CASE attidentity WHEN 'a' THEN 'always' ELSE 'by default' END, seqstart,
                               seqincrement, seqmin, seqmax, seqcache,
                               CASE WHEN seqcycle THEN ', cycle' ELSE '' END)
                 FROM sequence WHERE deptype = 'i' AND refobjid = attrelid AND refobjsubid = attnum),
    'collation', CASE WHEN attcollation <> typcollation THEN attcollation::regcollation::text END,
    'storage', CASE WHEN attstorage <> typstorage
                    THEN CASE attstorage WHEN 'p' THEN 'plain' WHEN 'e' THEN 'external'
                                         WHEN 'm' THEN 'main' ELSE 'extended' END END,
    'compression', CASE attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END,
    'statistics', nullif(attstattarget, -1)::text,
    'options', array_to_string(attoptions, ', '),
    'comment', col_description(attrelid, attnum))
FROM relation JOIN pg_attribute ON attrelid = relation.oid AND attnum > 0 AND NOT attisdropped
     JOIN pg_type ON pg_type.oid = atttypid LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
"""

_CONSTRAINTS: Final = """
SELECT 'constraint', relation.name || '.' || quote_ident(conname), relation.name, jsonb_build_object(
    'definition', regexp_replace(pg_get_constraintdef(pg_constraint.oid), ' NOT VALID$', ''),
    'state', CASE WHEN convalidated THEN 'valid' ELSE 'not valid' END,
    'index', CASE WHEN NOT indisvalid THEN 'invalid' END,
    'index options', array_to_string(behind.reloptions, ', '),
    'comment', obj_description(pg_constraint.oid, 'pg_constraint'))
FROM relation JOIN pg_constraint ON conrelid = relation.oid AND contype IN ('c', 'f', 'p', 'u', 'x')
     LEFT JOIN pg_index ON indexrelid = conindid AND contype <> 'f'
     LEFT JOIN pg_class AS behind ON behind.oid = indexrelid
WHERE NOT EXISTS (SELECT FROM pg_constraint AS parent
                  WHERE parent.oid = pg_constraint.conparentid AND parent.conrelid = relation.oid)
"""

_INDEXES: Final = """
SELECT 'index', prefix || quote_ident(itself.relname), relation.name, jsonb_build_object(
    'definition', pg_get_indexdef(indexrelid),
    'state', CASE WHEN indisvalid THEN 'valid' ELSE 'invalid' END,
    'comment', obj_description(indexrelid, 'pg_class'))
FROM relation JOIN pg_index ON indrelid = relation.oid JOIN pg_class AS itself ON itself.oid = indexrelid
WHERE NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u', 'x'))
"""

_SEQUENCES: Final = """
SELECT 'sequence', sequence.name, relation.name, jsonb_build_object(
    'type', format_type(seqtypid, NULL), 'start', seqstart::text, 'increment', seqincrement::text,
    'minimum', seqmin::text, 'maximum', seqmax::text, 'cache', seqcache::text,
    'cycle', CASE WHEN seqcycle THEN 'yes' ELSE 'no' END,
    'persistence', CASE sequence.relpersistence WHEN 'u' THEN 'unlogged' ELSE 'permanent' END,
    'owned by', relation.name || '.' || quote_ident(attname),
    'comment', obj_description(sequence.oid, 'pg_class'))
FROM sequence LEFT JOIN relation ON relation.oid = refobjid
     LEFT JOIN pg_attribute ON attrelid = refobjid AND attnum = refobjsubid
WHERE deptype IS DISTINCT FROM 'i'
"""

_ROUTINES: Final = """
SELECT kind, name, NULL, jsonb_build_object(
    'result', CASE WHEN proretset THEN 'setof ' ELSE '' END || format_type(prorettype, NULL),
    'outputs', (SELECT string_agg(concat_ws(' ', quote_ident(nullif(proargnames[at], '')),
                                            format_type(proallargtypes[at], NULL)), ', ' ORDER BY at)
                FROM generate_subscripts(proargmodes, 1) AS at WHERE proargmodes[at] IN ('o', 'b', 't')),
    'variadic', CASE WHEN provariadic <> 0 THEN 'yes' END,
    'parameter names', (SELECT string_agg(coalesce(nullif(proargnames[at], ''), '-'), ', ' ORDER BY at)
                        FROM generate_subscripts(proargnames, 1) AS at
                        WHERE coalesce(proargmodes[at], 'i') IN ('i', 'v')),
    'defaults', pg_get_expr(proargdefaults, 0),
    'language', (SELECT lanname FROM pg_language WHERE pg_language.oid = prolang),
    'volatility', CASE provolatile WHEN 'i' THEN 'immutable' WHEN 's' THEN 'stable' ELSE 'volatile' END,
    'on null', CASE WHEN proisstrict THEN 'strict' ELSE 'called' END,
    'security', CASE WHEN prosecdef THEN 'definer' ELSE 'invoker' END,
    'leakproof', CASE WHEN proleakproof THEN 'yes' END,
    'window', CASE prokind WHEN 'w' THEN 'yes' END,
    'parallel', CASE proparallel WHEN 's' THEN 'safe' WHEN 'r' THEN 'restricted' ELSE 'unsafe' END,
    'cost', procost::text, 'rows', nullif(prorows, 0)::text,
    'settings', (SELECT string_agg(setting, ', ' ORDER BY setting COLLATE "C")
                 FROM unnest(proconfig) AS setting),
    'library', nullif(probin, ''),
    'aggregate', (SELECT concat_ws(', ', aggkind, aggtransfn, format_type(aggtranstype, NULL),
                                   nullif(aggfinalfn, 0), nullif(aggcombinefn, 0), agginitval,
                                   nullif(aggsortop, 0)::regoperator, aggnumdirectargs)
                  FROM pg_aggregate WHERE aggfnoid = routine.oid),
    'body', CASE WHEN prokind <> 'a' THEN coalesce(pg_get_function_sqlbody(oid), prosrc) END,
    'comment', obj_description(oid, 'pg_proc'))
FROM routine
"""

_TRIGGERS: Final = """
SELECT 'trigger', name || '.' || quote_ident(tgname), name, jsonb_build_object(
    'definition', pg_get_triggerdef(pg_trigger.oid),
    'state', CASE tgenabled WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'on replicas' WHEN 'A' THEN 'always'
                            ELSE 'enabled' END,
    'comment', obj_description(pg_trigger.oid, 'pg_trigger'))
FROM relation JOIN pg_trigger ON tgrelid = relation.oid AND NOT tgisinternal
"""

_RULES: Final = """
SELECT 'rule', name || '.' || quote_ident(rulename), name, jsonb_build_object(
    'definition', pg_get_ruledef(pg_rewrite.oid),
    'state', CASE ev_enabled WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'on replicas' WHEN 'A' THEN 'always'
                             ELSE 'enabled' END,
    'comment', obj_description(pg_rewrite.oid, 'pg_rewrite'))
FROM relation JOIN pg_rewrite ON ev_class = relation.oid AND rulename <> '_RETURN'
"""

_POLICIES: Final = """
SELECT 'policy', name || '.' || quote_ident(polname), name, jsonb_build_object(
    'command', CASE polcmd WHEN 'r' THEN 'select' WHEN 'a' THEN 'insert' WHEN 'w' THEN 'update'
                           WHEN 'd' THEN 'delete' ELSE 'all' END,
    'mode', CASE WHEN polpermissive THEN 'permissive' ELSE 'restrictive' END,
    'roles', (SELECT string_agg(grantee, ', ' ORDER BY grantee COLLATE "C")
              FROM (SELECT CASE role WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(role)) END
                    FROM unnest(polroles) AS role) AS named (grantee)),
    'using', pg_get_expr(polqual, polrelid), 'check', pg_get_expr(polwithcheck, polrelid),
    'comment', obj_description(pg_policy.oid, 'pg_policy'))
FROM relation JOIN pg_policy ON polrelid = relation.oid
"""

_STATISTICS: Final = """
SELECT 'statistics', prefix || quote_ident(stxname), name, jsonb_build_object(
    'definition', pg_get_statisticsobjdef(pg_statistic_ext.oid),
    'comment', obj_description(pg_statistic_ext.oid, 'pg_statistic_ext'))
FROM relation JOIN pg_statistic_ext ON stxrelid = relation.oid
"""

_GRANTS: Final = """
, holder (kind, name, "table", acl, owner) AS (
    SELECT 'schema', quote_ident(nspname), NULL, coalesce(nspacl, acldefault('n', nspowner)), nspowner
    FROM scope
    UNION ALL SELECT kind, name, NULL, coalesce(relacl, acldefault('r', relowner)), relowner FROM relation
    UNION ALL SELECT 'column', name || '.' || quote_ident(attname), name, attacl, relowner
    FROM relation JOIN pg_attribute ON attrelid = relation.oid AND attacl IS NOT NULL AND NOT attisdropped
                                       AND attnum > 0
    UNION ALL SELECT 'sequence', name, NULL, coalesce(relacl, acldefault('s', relowner)), relowner
    FROM sequence WHERE deptype IS DISTINCT FROM 'i'
    UNION ALL SELECT kind, name, NULL, coalesce(proacl, acldefault('f', proowner)), proowner FROM routine
    UNION ALL SELECT kind, name, NULL, coalesce(typacl, acldefault('T', typowner)), typowner FROM type
    UNION ALL SELECT 'default privileges', quote_ident(pg_get_userbyid(defaclrole)) || ' on ' ||
           CASE defaclobjtype WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences' WHEN 'f' THEN 'routines'
                              WHEN 'T' THEN 'types' WHEN 'n' THEN 'schemas' ELSE defaclobjtype::text END ||
           coalesce(' in ' || quote_ident(nspname), ''), NULL, defaclacl, defaclrole
    FROM pg_default_acl LEFT JOIN scope ON scope.oid = defaclnamespace
    WHERE defaclnamespace = 0 OR scope.oid IS NOT NULL
), granted AS (
    SELECT kind, name, "table",
           CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END AS grantee,
           (lower(privilege_type) || CASE WHEN is_grantable THEN ' with grant option' ELSE '' END)
           COLLATE "C" AS privilege
    FROM holder LEFT JOIN aclexplode(acl) ON grantee <> owner
), summed AS (
    SELECT kind, name, "table", 'granted to ' || grantee AS facet,
           string_agg(DISTINCT privilege, ', ' ORDER BY privilege) AS privileges
    FROM granted GROUP BY 1, 2, 3, 4
)
SELECT kind, name, "table",
       coalesce(jsonb_object_agg(facet, privileges) FILTER (WHERE facet IS NOT NULL), '{}')
FROM summed GROUP BY 1, 2, 3
"""

_OTHERS: Final = """
SELECT found.type, found.identity, NULL, '{}'::jsonb
FROM (SELECT 'pg_operator'::regclass AS class, oid AS id, oprnamespace AS namespace FROM pg_operator
      UNION ALL SELECT 'pg_opclass'::regclass, oid, opcnamespace FROM pg_opclass
      UNION ALL SELECT 'pg_opfamily'::regclass, oid, opfnamespace FROM pg_opfamily
      UNION ALL SELECT 'pg_collation'::regclass, oid, collnamespace FROM pg_collation
      UNION ALL SELECT 'pg_conversion'::regclass, oid, connamespace FROM pg_conversion
      UNION ALL SELECT 'pg_ts_config'::regclass, oid, cfgnamespace FROM pg_ts_config
      UNION ALL SELECT 'pg_ts_dict'::regclass, oid, dictnamespace FROM pg_ts_dict) AS made
     JOIN scope ON scope.oid = namespace CROSS JOIN LATERAL pg_identify_object(class, id, 0) AS found
WHERE NOT EXISTS (SELECT FROM pg_depend WHERE classid = class AND objid = id AND deptype = 'e')
"""

QUERIES: Final = tuple(
    _NAMES + query
    for query in (
        _EXTENSIONS,
        _SCHEMAS,
        _TYPES,
        _RELATIONS,
        _COLUMNS,
        _CONSTRAINTS,
        _INDEXES,
        _SEQUENCES,
        _ROUTINES,
        _TRIGGERS,
        _RULES,
        _POLICIES,
        _STATISTICS,
        _GRANTS,
        _OTHERS,
    )
)
"""To be asked in one snapshot, after `SETTINGS`. Of `_OTHERS` only the presence is told."""
