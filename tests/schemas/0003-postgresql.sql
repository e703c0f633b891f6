SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
CREATE FUNCTION public.journal_is_kept() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN
        RAISE check_violation USING MESSAGE = 'the journal is only ever added to';
    END $$;
CREATE FUNCTION public.slot_keeps_room() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN
        IF (SELECT count(*) FROM token WHERE status IN ('ACTIVE', 'COMPLETED') AND slot_id = NEW.id) > NEW.capacity
        THEN RAISE check_violation USING MESSAGE = 'a slot never holds more tokens than its capacity'; END IF; RETURN NULL;
    END $$;
CREATE FUNCTION public.slot_overlap() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN
        IF EXISTS (SELECT 1 FROM slot WHERE doctor_id = NEW.doctor_id AND date = NEW.date AND id <> NEW.id
                   AND "start" < NEW."end" AND NEW."start" < "end"
                   AND withdrawn_at IS NULL AND NEW.withdrawn_at IS NULL)
        THEN RAISE check_violation USING MESSAGE = 'slots of one doctor never overlap'; END IF; RETURN NULL;
    END $$;
CREATE FUNCTION public.token_takes_seat() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN
        IF (SELECT count(*) FROM token WHERE status IN ('ACTIVE', 'COMPLETED') AND slot_id = NEW.slot_id) > (SELECT capacity FROM slot WHERE id = NEW.slot_id)
        THEN RAISE check_violation USING MESSAGE = 'a slot never holds more tokens than its capacity'; END IF; RETURN NULL;
    END $$;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE public.doctor (
    id bigint NOT NULL,
    code character varying(6) NOT NULL COLLATE pg_catalog."C",
    name character varying(120) NOT NULL,
    specialty character varying(120),
    room character varying(40),
    retired_at character varying(27) COLLATE pg_catalog."C",
    withdrawn_at character varying(27) COLLATE pg_catalog."C",
    CONSTRAINT ck_doctor_code_length CHECK (((length((code)::text) >= 1) AND (length((code)::text) <= 6))),
    CONSTRAINT ck_doctor_name_length CHECK (((length((name)::text) >= 1) AND (length((name)::text) <= 120)))
);
CREATE SEQUENCE public.doctor_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.doctor_id_seq OWNED BY public.doctor.id;
CREATE TABLE public.hospital (
    id integer NOT NULL,
    schema_version integer NOT NULL,
    program_version character varying(32) DEFAULT ''::character varying NOT NULL,
    time_zone character varying(64) NOT NULL,
    created_at character varying(27) NOT NULL COLLATE pg_catalog."C",
    journal_hash character varying(64) DEFAULT ''::character varying NOT NULL,
    file_stamp character varying(64) DEFAULT ''::character varying NOT NULL,
    CONSTRAINT ck_hospital_single_row CHECK ((id = 1))
);
CREATE SEQUENCE public.hospital_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.hospital_id_seq OWNED BY public.hospital.id;
CREATE TABLE public.idempotency_key (
    key character varying(64) NOT NULL,
    fingerprint character varying(64) NOT NULL,
    entry_id bigint NOT NULL
);
CREATE TABLE public.journal_entry (
    id bigint NOT NULL,
    action character varying(64) NOT NULL,
    at character varying(27) NOT NULL COLLATE pg_catalog."C",
    recorded_at character varying(27) NOT NULL COLLATE pg_catalog."C",
    operator character varying(120) NOT NULL,
    desk character varying(120) NOT NULL,
    road character varying(16) DEFAULT ''::character varying NOT NULL
);
CREATE SEQUENCE public.journal_entry_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.journal_entry_id_seq OWNED BY public.journal_entry.id;
CREATE TABLE public.journal_event (
    entry_id bigint NOT NULL,
    number integer NOT NULL,
    kind character varying(64) NOT NULL,
    subject character varying(16) NOT NULL,
    subject_id bigint NOT NULL,
    slot_id bigint,
    cause character varying(16),
    cause_id bigint,
    before text,
    after text NOT NULL,
    details text NOT NULL,
    format integer NOT NULL,
    hash character varying(64) NOT NULL
);
CREATE TABLE public.patient (
    id bigint NOT NULL,
    name character varying(120) NOT NULL,
    phone character varying(40),
    uhid character varying(64),
    birth_year integer,
    sex character varying(7),
    name_key text NOT NULL,
    phone_key character varying(15),
    uhid_key text,
    forgotten_at character varying(27) COLLATE pg_catalog."C",
    merged_into bigint,
    CONSTRAINT ck_patient_name_length CHECK (((length((name)::text) >= 1) AND (length((name)::text) <= 120)))
);
CREATE SEQUENCE public.patient_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.patient_id_seq OWNED BY public.patient.id;
CREATE TABLE public.slot (
    id bigint NOT NULL,
    doctor_id bigint NOT NULL,
    date character varying(10) NOT NULL COLLATE pg_catalog."C",
    start character varying(5) NOT NULL COLLATE pg_catalog."C",
    "end" character varying(5) NOT NULL COLLATE pg_catalog."C",
    capacity integer NOT NULL,
    journal_hash character varying(64) DEFAULT ''::character varying NOT NULL,
    closed_at character varying(27) COLLATE pg_catalog."C",
    delay_minutes integer,
    withdrawn_at character varying(27) COLLATE pg_catalog."C",
    CONSTRAINT ck_slot_capacity_at_least_one CHECK ((capacity >= 1)),
    CONSTRAINT ck_slot_start_before_end CHECK (((start)::text < ("end")::text))
);
CREATE SEQUENCE public.slot_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.slot_id_seq OWNED BY public.slot.id;
CREATE TABLE public.token (
    id bigint NOT NULL,
    slot_id bigint NOT NULL,
    patient_id bigint NOT NULL,
    doctor_id bigint NOT NULL,
    date character varying(10) NOT NULL COLLATE pg_catalog."C",
    sequence integer NOT NULL,
    number character varying(16) NOT NULL,
    source character varying(16) NOT NULL,
    priority integer NOT NULL,
    status character varying(16) NOT NULL,
    issued_at character varying(27) NOT NULL COLLATE pg_catalog."C",
    called_at character varying(27) COLLATE pg_catalog."C",
    closed_at character varying(27) COLLATE pg_catalog."C",
    checked_in_at character varying(27) COLLATE pg_catalog."C",
    returned_at character varying(27) COLLATE pg_catalog."C",
    held_at character varying(27) COLLATE pg_catalog."C",
    hold_reason character varying(16),
    to_tell_since character varying(27) COLLATE pg_catalog."C",
    replaces bigint,
    CONSTRAINT ck_token_closed_when_not_open CHECK (((closed_at IS NULL) = ((status)::text = ANY ((ARRAY['WAITING'::character varying, 'ACTIVE'::character varying])::text[])))),
    CONSTRAINT ck_token_sequence_from_one CHECK ((sequence >= 1)),
    CONSTRAINT ck_token_source_has_its_priority CHECK (
CASE source
    WHEN 'EMERGENCY'::text THEN (priority = 1)
    WHEN 'PAID'::text THEN (priority = 2)
    WHEN 'FOLLOWUP'::text THEN (priority = 3)
    WHEN 'ONLINE'::text THEN (priority = 4)
    WHEN 'WALKIN'::text THEN (priority = 5)
    ELSE (0 = 1)
END),
    CONSTRAINT ck_token_status_known CHECK (((status)::text = ANY ((ARRAY['WAITING'::character varying, 'ACTIVE'::character varying, 'COMPLETED'::character varying, 'CANCELLED'::character varying, 'NO_SHOW'::character varying])::text[])))
);
CREATE TABLE public.token_counter (
    doctor_id bigint NOT NULL,
    date character varying(10) NOT NULL COLLATE pg_catalog."C",
    last integer NOT NULL
);
CREATE SEQUENCE public.token_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.token_id_seq OWNED BY public.token.id;
ALTER TABLE ONLY public.doctor ALTER COLUMN id SET DEFAULT nextval('public.doctor_id_seq'::regclass);
ALTER TABLE ONLY public.hospital ALTER COLUMN id SET DEFAULT nextval('public.hospital_id_seq'::regclass);
ALTER TABLE ONLY public.journal_entry ALTER COLUMN id SET DEFAULT nextval('public.journal_entry_id_seq'::regclass);
ALTER TABLE ONLY public.patient ALTER COLUMN id SET DEFAULT nextval('public.patient_id_seq'::regclass);
ALTER TABLE ONLY public.slot ALTER COLUMN id SET DEFAULT nextval('public.slot_id_seq'::regclass);
ALTER TABLE ONLY public.token ALTER COLUMN id SET DEFAULT nextval('public.token_id_seq'::regclass);
INSERT INTO public.alembic_version VALUES ('0003');
INSERT INTO public.doctor VALUES (1, 'RAO', 'Dr Anil Rao', 'Orthopedics', '12', NULL, NULL);
INSERT INTO public.doctor VALUES (2, 'JOB', 'Dr José O''Brien', NULL, NULL, NULL, NULL);
INSERT INTO public.hospital VALUES (1, 3, '0.2.0', 'Asia/Kolkata', '2026-11-20T06:00:00.000000Z', 'b4aaef474d827ef9b830744cb08c9ff569ee87298a67ea93b5f67e34ee26d2cf', '');
INSERT INTO public.idempotency_key VALUES ('82563375ba98489998a23d68b69c954d', 'aa730ce0cd3af73e2c825cec87fb2eb77214084c9e730e09b5453ecd55e9e4f1', 1);
INSERT INTO public.idempotency_key VALUES ('f64d873d71a24149b03bc9fb137ae337', '1efc7c1c9c130527af253259196e56353331e4b93b75ad6faa2555c25c0384ff', 2);
INSERT INTO public.idempotency_key VALUES ('ea0297dfc95943e49da2953a0b4278ae', '9b9a63c791abae6d553999b52e95a6678603065af00c7bc8370a4b8fd1af02f5', 3);
INSERT INTO public.idempotency_key VALUES ('13aa7ecb905543e79be0246f5ddb9527', 'db234fc8d5bd449de863b7a41a3059755fa97f17973ddd2192e4fa28ddfbdfb0', 4);
INSERT INTO public.idempotency_key VALUES ('booking-1', 'd2f09183ea29e29a52e2e23968bc90b041a56d1e44fe881df9c80ce638652f0d', 5);
INSERT INTO public.idempotency_key VALUES ('76be7b331a984185b8dd271e7f952e20', 'f1e771d34d7609ae1dc1561f2ee3d29965b51dcb4a7b7a774787733dcf4fd39f', 6);
INSERT INTO public.idempotency_key VALUES ('booking-2', 'e4d3bf34427b21e784f3690b3ad6633dcee62eda83e77b5da303d174eb1667df', 7);
INSERT INTO public.idempotency_key VALUES ('e5406a14bc564b83913c23c7728673fc', '6645a72fad0493b81b1266f9116c1f5f0860a21f14b2bcf6a2c36fc408b72d02', 8);
INSERT INTO public.idempotency_key VALUES ('60f452b323774c018e331d378b279f6c', 'f5a019e2a6d7be49582041c472a38bb80d8c930ff705ae586c4552dcd239fd30', 9);
INSERT INTO public.idempotency_key VALUES ('3d8f8b0ad498446e929300012689bf62', '68ccbdcbc11ef241299cbc2a62a3d521e6d282db69f2ccb5329c17c9d64397cf', 10);
INSERT INTO public.idempotency_key VALUES ('cancel-3', '57ac8da8f60d6fdd7e9a07d4c80bd542c1b5f12c44b5dd667b3dbba9312d785f', 11);
INSERT INTO public.idempotency_key VALUES ('60c7cb8ccbc040b2a63d2e8ede01bfc4', '7a01c743a71e6a96742d60234ee88094bc50c678da98af2d92ec261fcd63de78', 12);
INSERT INTO public.idempotency_key VALUES ('4ac0e150b607467a97b2e741c82a04ee', '893a3e6addc20e175841518e48fd1533bc9555b89e71c1d597bb7339d56f07a8', 13);
INSERT INTO public.idempotency_key VALUES ('e55d42192a7e4739922476e4ec3494fb', '65d8bd39419b01d66f17fe09b2f638f142bffd939f9da4f18f3b9c4345954ffa', 14);
INSERT INTO public.idempotency_key VALUES ('d66e550a63624a019bdd5bf19e64cbfb', 'b0ac4e40946bb9c68ece68db303a2259061ab999cb392e1dfd0249d724e7bb54', 15);
INSERT INTO public.idempotency_key VALUES ('e43634172ad6458bb20948c71a21426a', 'c8dee725a2b8d3e8fbda6620e194787611938225cc84100f133c6a2225944686', 16);
INSERT INTO public.idempotency_key VALUES ('2769c02f1cbd4caa874fce235a0f52ee', 'd811b7e3b65b4276e44d70fd1d61fa9013626ecada241419f39edf2a203ef6c0', 17);
INSERT INTO public.idempotency_key VALUES ('f5c1500677b5400b8eb15f850c85ed68', '2e4b2822418e89fdfab3e2b34605118e9e21b91ae61edc5af1309da58ff6f246', 18);
INSERT INTO public.idempotency_key VALUES ('fbe52dac29a4459295e0b6c6e621e9f1', '22e9d249f37ed065f3d5fd0a30753823eae17bfc90e6b1ddebfb5ec817376580', 19);
INSERT INTO public.idempotency_key VALUES ('3210a1dda6bc4e628e0e3d9c96f8cc03', 'c0f90e74fd41ed9a7dca0d51068fea3af2931a4f4d08007764d55c81d83b2ad3', 20);
INSERT INTO public.idempotency_key VALUES ('58ac7de6138547068e03572918deeaa4', '78bca0103c927c908a0383ca61af1407620f13b4f5e1cf7c0546df5946972f3d', 21);
INSERT INTO public.idempotency_key VALUES ('e7cd18f7015f4dc68b0f00bddbbd2920', 'fcbe37e14cd958f5644af5d5df726a7ce8ebfb8c9207bc18640eedcf18a1828c', 22);
INSERT INTO public.idempotency_key VALUES ('3f4a6d48d221470497a5b4fda5adf277', '6b3a72365d1ef989bc2b0ce6bfb10c8317cbe5f20e7453b33a9004d18f9ec1fe', 23);
INSERT INTO public.idempotency_key VALUES ('21f43d14aca645e68ee51e747357566a', '23a99bbe5938be418237b374af33f79c2c3fcd96de81defbf173005985e10650', 25);
INSERT INTO public.idempotency_key VALUES ('5d65e376b37948b9a856bf4346010e06', 'a0aab3a93470b98729e29695dd70ba4384354435401a6a3eca54879ae59b3386', 27);
INSERT INTO public.idempotency_key VALUES ('leela-1', 'forgotten', 24);
INSERT INTO public.idempotency_key VALUES ('d48cc340057845c79e3ab55ac5467769', 'forgotten', 26);
INSERT INTO public.idempotency_key VALUES ('22125c421764465488b99ac804d3b418', 'bcedd9f7bd7481ed9241ddc0923edcc14f59aca7b5e23aa7ef180b4ef6dbccd5', 28);
INSERT INTO public.journal_entry VALUES (1, 'add_doctor', '2026-11-20T02:30:00.000000Z', '2026-11-20T06:00:00.000000Z', 'meera', 'desk 1', 'program');
INSERT INTO public.journal_entry VALUES (2, 'add_doctor', '2026-11-20T02:31:00.000000Z', '2026-11-20T06:00:00.000000Z', 'meera', 'desk 1', 'program');
INSERT INTO public.journal_entry VALUES (3, 'open_session', '2026-11-20T02:32:00.000000Z', '2026-11-20T06:00:00.000000Z', 'meera', 'desk 1', 'program');
INSERT INTO public.journal_entry VALUES (4, 'open_slot', '2026-11-20T02:33:00.000000Z', '2026-11-20T06:00:00.000000Z', 'meera', 'desk 1', 'program');
INSERT INTO public.journal_entry VALUES (5, 'issue_token', '2026-11-20T02:40:00.000000Z', '2026-11-20T06:00:00.000000Z', 'meera', 'desk 1', 'program');
INSERT INTO public.journal_entry VALUES (6, 'issue_token', '2026-11-20T02:50:00.000000Z', '2026-11-20T06:00:00.000000Z', 'meera', 'desk 1', 'program');
INSERT INTO public.journal_entry VALUES (7, 'issue_token', '2026-11-20T03:00:00.000000Z', '2026-11-20T06:00:00.000000Z', 'meera', 'desk 1', 'program');
INSERT INTO public.journal_entry VALUES (8, 'issue_token', '2026-11-20T03:35:00.000000Z', '2026-11-20T06:00:00.000000Z', 'meera', 'desk 1', 'program');
INSERT INTO public.journal_entry VALUES (9, 'issue_token', '2026-11-20T03:36:00.000000Z', '2026-11-20T06:00:00.000000Z', 'meera', 'desk 1', 'program');
INSERT INTO public.journal_entry VALUES (10, 'complete_token', '2026-11-20T03:50:00.000000Z', '2026-11-20T06:00:00.000000Z', 'meera', 'desk 1', 'program');
INSERT INTO public.journal_entry VALUES (11, 'cancel_token', '2026-11-20T03:55:00.000000Z', '2026-11-20T06:00:00.000000Z', 'meera', 'desk 1', 'program');
INSERT INTO public.journal_entry VALUES (12, 'issue_token', '2026-11-20T04:00:00.000000Z', '2026-11-20T06:00:00.000000Z', 'meera', 'desk 1', 'program');
INSERT INTO public.journal_entry VALUES (13, 'mark_no_show', '2026-11-20T05:00:00.000000Z', '2026-11-20T06:00:00.000000Z', 'meera', 'desk 1', 'program');
INSERT INTO public.journal_entry VALUES (14, 'issue_token', '2026-11-20T05:01:00.000000Z', '2026-11-20T06:00:00.000000Z', 'meera', 'desk 1', 'program');
INSERT INTO public.journal_entry VALUES (15, 'issue_token', '2026-11-20T04:10:00.000000Z', '2026-11-20T06:00:00.000000Z', 'meera', 'desk 1', 'program');
INSERT INTO public.journal_entry VALUES (16, 'cancel_token', '2026-11-20T04:20:00.000000Z', '2026-11-20T06:00:00.000000Z', 'meera', 'desk 1', 'program');
INSERT INTO public.journal_entry VALUES (17, 'open_session', '2026-11-20T04:20:00.000000Z', '2026-11-20T06:00:00.000000Z', 'meera', 'desk 1', 'program');
INSERT INTO public.journal_entry VALUES (18, 'issue_token', '2026-11-20T04:21:00.000000Z', '2026-11-20T06:00:00.000000Z', 'meera', 'desk 1', 'program');
INSERT INTO public.journal_entry VALUES (19, 'issue_token', '2026-11-20T04:22:00.000000Z', '2026-11-20T06:00:00.000000Z', 'meera', 'desk 1', 'program');
INSERT INTO public.journal_entry VALUES (20, 'issue_token', '2026-11-20T04:24:00.000000Z', '2026-11-20T06:00:00.000000Z', 'meera', 'desk 1', 'program');
INSERT INTO public.journal_entry VALUES (21, 'issue_token', '2026-11-20T04:25:00.000000Z', '2026-11-20T06:00:00.000000Z', 'meera', 'desk 1', 'program');
INSERT INTO public.journal_entry VALUES (22, 'issue_token', '2026-11-20T04:26:00.000000Z', '2026-11-20T06:00:00.000000Z', 'meera', 'desk 1', 'program');
INSERT INTO public.journal_entry VALUES (23, 'issue_token', '2026-11-20T04:27:00.000000Z', '2026-11-20T06:00:00.000000Z', 'meera', 'desk 1', 'program');
INSERT INTO public.journal_entry VALUES (24, 'issue_token', '2026-11-20T04:28:00.000000Z', '2026-11-20T06:00:00.000000Z', 'meera', 'desk 1', 'program');
INSERT INTO public.journal_entry VALUES (25, 'cancel_token', '2026-11-20T04:29:00.000000Z', '2026-11-20T06:00:00.000000Z', 'meera', 'desk 1', 'program');
INSERT INTO public.journal_entry VALUES (26, 'issue_token', '2026-11-20T04:30:00.000000Z', '2026-11-20T06:00:00.000000Z', 'meera', 'desk 1', 'program');
INSERT INTO public.journal_entry VALUES (27, 'complete_token', '2026-11-20T04:50:00.000000Z', '2026-11-20T06:00:00.000000Z', 'meera', 'desk 1', 'program');
INSERT INTO public.journal_entry VALUES (28, 'forget_patient', '2026-11-20T05:00:00.000000Z', '2026-11-20T06:00:00.000000Z', 'meera', 'desk 1', 'program');
INSERT INTO public.journal_event VALUES (1, 1, 'doctor_added', 'doctor', 1, NULL, NULL, NULL, NULL, '{"code": "RAO", "name": "sha256:65480a0e68059c563adb11788a32173030f4c1ada5a358478ef98217eabb1ade", "specialty": "Orthopedics", "room": "12"}', '{}', 2, '649386f7e0e5ba30a70c7ff62c0e0c7a526636b0a74695e4734fa1d9dae619ef');
INSERT INTO public.journal_event VALUES (2, 1, 'doctor_added', 'doctor', 2, NULL, NULL, NULL, NULL, '{"code": "JOB", "name": "sha256:b67b5152fd22c0d2c2c0d599205a750b46173e3e3670919bf80a3e756ad8ba22", "specialty": null, "room": null}', '{}', 2, '30082fbfef8bb4f33fd584c1e30f8cc0083720e34e4b59d161f406ce091a2f94');
INSERT INTO public.journal_event VALUES (3, 1, 'slot_opened', 'slot', 1, NULL, NULL, NULL, NULL, '{"doctor_id": 1, "date": "2026-11-20", "start": "09:00", "end": "10:00", "capacity": 2}', '{}', 2, 'a18de4a5f1a627846c0bccdbbdda4d77df2aa5713fc363fece890544b5a7fe42');
INSERT INTO public.journal_event VALUES (3, 2, 'slot_opened', 'slot', 2, NULL, NULL, NULL, NULL, '{"doctor_id": 1, "date": "2026-11-20", "start": "10:00", "end": "11:00", "capacity": 2}', '{}', 2, 'ce226737c56e1070fea7473b20662a9ecbc12a8976da63ad9e9bba8b9ca98f44');
INSERT INTO public.journal_event VALUES (4, 1, 'slot_opened', 'slot', 3, NULL, NULL, NULL, NULL, '{"doctor_id": 2, "date": "2026-11-20", "start": "09:00", "end": "10:00", "capacity": 1}', '{}', 2, '2fecd702d1e00cba9fb518ff01387458f28dbbba63b239f2978f0833204cb340');
INSERT INTO public.journal_event VALUES (5, 1, 'patient_registered', 'patient', 1, 1, NULL, NULL, NULL, '{}', '{}', 2, 'a48b035f087bc05ff3774cbc9d449c0779d54baaff07218f9de3f7e394caf8d4');
INSERT INTO public.journal_event VALUES (5, 2, 'token_issued', 'token', 1, 1, NULL, NULL, NULL, '{"slot_id": 1, "patient_id": 1, "doctor_id": 1, "date": "2026-11-20", "sequence": 1, "number": "RAO-001", "source": "ONLINE", "priority": 4, "status": "WAITING", "issued_at": "2026-11-20T02:40:00.000000Z", "checked_in_at": null}', '{}', 2, '81a04ce8c808191ef3523c6bdb5095dd2474fc6ffaa17d6ed7e961364e5d39ae');
INSERT INTO public.journal_event VALUES (5, 3, 'token_allocated', 'token', 1, 1, NULL, NULL, '{"status": "WAITING"}', '{"status": "ACTIVE"}', '{}', 2, 'f06f7c8101ed0e1a93d06ce34bf891f5bb3aa295e2e2c6458d8fa2daf53505b8');
INSERT INTO public.journal_event VALUES (6, 1, 'patient_registered', 'patient', 2, 1, NULL, NULL, NULL, '{}', '{}', 2, '06f21577d10a6ea6fef6b42a5e772dafe734698829285cd86fd139b0a1f8aff1');
INSERT INTO public.journal_event VALUES (6, 2, 'token_issued', 'token', 2, 1, NULL, NULL, NULL, '{"slot_id": 1, "patient_id": 2, "doctor_id": 1, "date": "2026-11-20", "sequence": 2, "number": "RAO-002", "source": "WALKIN", "priority": 5, "status": "WAITING", "issued_at": "2026-11-20T02:50:00.000000Z", "checked_in_at": "2026-11-20T02:50:00.000000Z"}', '{}', 2, '4fc392831df26b09329631385400594893f8a6cb991a5f15cf738ceaff529aec');
INSERT INTO public.journal_event VALUES (6, 3, 'token_allocated', 'token', 2, 1, NULL, NULL, '{"status": "WAITING"}', '{"status": "ACTIVE"}', '{}', 2, '0a65bf7f6a5c5b56cb1819c9fc4f294fcdf0dc61c59a3107743c397c71ac97bc');
INSERT INTO public.journal_event VALUES (7, 1, 'patient_registered', 'patient', 3, 1, NULL, NULL, NULL, '{}', '{}', 2, '3dbc6c136f035896ec7c445a94fba57ed436b7ee0260055195a902444b0d279f');
INSERT INTO public.journal_event VALUES (7, 2, 'token_issued', 'token', 3, 1, NULL, NULL, NULL, '{"slot_id": 1, "patient_id": 3, "doctor_id": 1, "date": "2026-11-20", "sequence": 3, "number": "RAO-003", "source": "PAID", "priority": 2, "status": "WAITING", "issued_at": "2026-11-20T03:00:00.000000Z", "checked_in_at": null}', '{}', 2, '641d91fcb3c59af4bccfe96d1e8b321eda7bce6f2b2586efa960cbcfac31dca2');
INSERT INTO public.journal_event VALUES (7, 3, 'token_preempted', 'token', 2, 1, 'token', 3, '{"status": "ACTIVE"}', '{"status": "WAITING"}', '{}', 2, '9736da6b59271eebbf705949c208406ae391b3b32f5d78fd591d2a61de0e08fe');
INSERT INTO public.journal_event VALUES (7, 4, 'token_allocated', 'token', 3, 1, NULL, NULL, '{"status": "WAITING"}', '{"status": "ACTIVE"}', '{}', 2, '59a8d7b496aa387ee0c7837f63fcdd7005b39df49c8e8f62ddecac8e934f2622');
INSERT INTO public.journal_event VALUES (8, 1, 'patient_registered', 'patient', 4, 1, NULL, NULL, NULL, '{}', '{}', 2, 'd1c5a798947f39daf8f8de4f7908342ff014ba8fb7261420c3fac11b2b92435f');
INSERT INTO public.journal_event VALUES (8, 2, 'token_issued', 'token', 4, 1, NULL, NULL, NULL, '{"slot_id": 1, "patient_id": 4, "doctor_id": 1, "date": "2026-11-20", "sequence": 4, "number": "RAO-004", "source": "EMERGENCY", "priority": 1, "status": "WAITING", "issued_at": "2026-11-20T03:35:00.000000Z", "checked_in_at": "2026-11-20T03:35:00.000000Z"}', '{}', 2, '126f1339295910dcfd99e93e1851f63a6a1922a098cf788c296dee066aa9fe6c');
INSERT INTO public.journal_event VALUES (8, 3, 'token_preempted', 'token', 1, 1, 'token', 4, '{"status": "ACTIVE"}', '{"status": "WAITING"}', '{}', 2, '43dd00898eb21bbcb43d3d371c5362d35e8997775aeb94690ba76e60f5109558');
INSERT INTO public.journal_event VALUES (8, 4, 'token_allocated', 'token', 4, 1, NULL, NULL, '{"status": "WAITING"}', '{"status": "ACTIVE"}', '{}', 2, '1c920f4030b6d4168be861d1bb3f937830ee944d66f82b55d0ed8f2506406a5a');
INSERT INTO public.journal_event VALUES (9, 1, 'patient_registered', 'patient', 5, 1, NULL, NULL, NULL, '{}', '{}', 2, '8969e5a746ca2b826bf01a9a16f2f62c3551b3d1a2ad046be9582d9ddc9ad492');
INSERT INTO public.journal_event VALUES (9, 2, 'token_issued', 'token', 5, 1, NULL, NULL, NULL, '{"slot_id": 1, "patient_id": 5, "doctor_id": 1, "date": "2026-11-20", "sequence": 5, "number": "RAO-005", "source": "FOLLOWUP", "priority": 3, "status": "WAITING", "issued_at": "2026-11-20T03:36:00.000000Z", "checked_in_at": null}', '{}', 2, '75335af796fdefe798e6be90e1c2100e60b293956927f8b07957b4873cbadbce');
INSERT INTO public.journal_event VALUES (10, 1, 'token_completed', 'token', 4, 1, NULL, NULL, '{"status": "ACTIVE", "closed_at": null}', '{"status": "COMPLETED", "closed_at": "2026-11-20T03:50:00.000000Z"}', '{}', 2, '400c7a2eec1ae88f0e0bc857e599b7d24799752b1025fea8abd09b5642ad5dd9');
INSERT INTO public.journal_event VALUES (11, 1, 'token_cancelled', 'token', 3, 1, NULL, NULL, '{"status": "ACTIVE", "closed_at": null}', '{"status": "CANCELLED", "closed_at": "2026-11-20T03:55:00.000000Z"}', '{}', 2, '1a58f6a31d7e2f00167f68d272cca3bcdaeb84492cf028fff4a7a9a01a7132a7');
INSERT INTO public.journal_event VALUES (11, 2, 'token_promoted', 'token', 5, 1, 'token', 3, '{"status": "WAITING"}', '{"status": "ACTIVE"}', '{}', 2, '71c96ed7cbb2041413c50c570e8e5f8db2c1d52ec86e018ea9fd4bc4989d67f3');
INSERT INTO public.journal_event VALUES (12, 1, 'patient_registered', 'patient', 6, 2, NULL, NULL, NULL, '{}', '{}', 2, '8a73d5fef76cf517577ae276b5dd2ca494fb369ddc44c6840036e4831b7f53c0');
INSERT INTO public.journal_event VALUES (12, 2, 'token_issued', 'token', 6, 2, NULL, NULL, NULL, '{"slot_id": 2, "patient_id": 6, "doctor_id": 1, "date": "2026-11-20", "sequence": 6, "number": "RAO-006", "source": "ONLINE", "priority": 4, "status": "WAITING", "issued_at": "2026-11-20T04:00:00.000000Z", "checked_in_at": null}', '{}', 2, '78ee70c4fbc3b6d6896f57f0eed52ff00a5116101af4d47b457d40e4d4c8885b');
INSERT INTO public.journal_event VALUES (12, 3, 'token_allocated', 'token', 6, 2, NULL, NULL, '{"status": "WAITING"}', '{"status": "ACTIVE"}', '{}', 2, 'ac58a45a88c5d4592c5dea64354a9b99ceffa9aa02104d6cfd4183a7ad7cfc8d');
INSERT INTO public.journal_event VALUES (13, 1, 'token_marked_no_show', 'token', 6, 2, NULL, NULL, '{"status": "ACTIVE", "closed_at": null}', '{"status": "NO_SHOW", "closed_at": "2026-11-20T05:00:00.000000Z"}', '{}', 2, '9dd853fc178b17d92a4706bde55e8a67c07f3881aed27e358c9d7533590720a0');
INSERT INTO public.journal_event VALUES (14, 1, 'patient_registered', 'patient', 7, 2, NULL, NULL, NULL, '{}', '{}', 2, 'f2cda9a709041e245c8edbf62112c3e9817c5837fef304e4bc8e50e3d11c460b');
INSERT INTO public.journal_event VALUES (14, 2, 'token_issued', 'token', 7, 2, NULL, NULL, NULL, '{"slot_id": 2, "patient_id": 7, "doctor_id": 1, "date": "2026-11-20", "sequence": 7, "number": "RAO-007", "source": "WALKIN", "priority": 5, "status": "WAITING", "issued_at": "2026-11-20T05:01:00.000000Z", "checked_in_at": "2026-11-20T05:01:00.000000Z"}', '{}', 2, 'db1cd8bd5edbaecd1b1d2db0b2826a554c4caa00f2790f0535cf424a0f592cb9');
INSERT INTO public.journal_event VALUES (14, 3, 'token_allocated', 'token', 7, 2, NULL, NULL, '{"status": "WAITING"}', '{"status": "ACTIVE"}', '{}', 2, 'da339d9955acf8d21208f7b666ca32268fe2cba3e0b55d19f4dbf09cc95a5605');
INSERT INTO public.journal_event VALUES (15, 1, 'token_issued', 'token', 8, 3, NULL, NULL, NULL, '{"slot_id": 3, "patient_id": 1, "doctor_id": 2, "date": "2026-11-20", "sequence": 1, "number": "JOB-001", "source": "PAID", "priority": 2, "status": "WAITING", "issued_at": "2026-11-20T04:10:00.000000Z", "checked_in_at": null}', '{}', 2, '644e059aa049832e72117220b6e019fbc5e6769a27980579c9d3ee80380b3fe0');
INSERT INTO public.journal_event VALUES (15, 2, 'token_allocated', 'token', 8, 3, NULL, NULL, '{"status": "WAITING"}', '{"status": "ACTIVE"}', '{}', 2, '062bfba1dd1e7290e36704174b69eeb1bec36f40e9a04923302118d6a1ced031');
INSERT INTO public.journal_event VALUES (16, 1, 'token_cancelled', 'token', 5, 1, NULL, NULL, '{"status": "ACTIVE", "closed_at": null}', '{"status": "CANCELLED", "closed_at": "2026-11-20T04:20:00.000000Z"}', '{}', 2, 'f383c5bcc6ed3af0686113d934a0e286eb978746d5c5f889f3ec47d025855663');
INSERT INTO public.journal_event VALUES (16, 2, 'token_promoted', 'token', 1, 1, 'token', 5, '{"status": "WAITING"}', '{"status": "ACTIVE"}', '{}', 2, 'ceaf34d3cbe2b1c3c07f908814972b9c622a9bb00860db3e27c7a28285b168f2');
INSERT INTO public.journal_event VALUES (17, 1, 'slot_opened', 'slot', 4, NULL, NULL, NULL, NULL, '{"doctor_id": 2, "date": "2026-11-20", "start": "10:00", "end": "10:30", "capacity": 4}', '{}', 2, 'f1b68e2d90b2ec05a2ed6ce1264cd89f642d84882bcc194e7689ecde4aa8f620');
INSERT INTO public.journal_event VALUES (17, 2, 'slot_opened', 'slot', 5, NULL, NULL, NULL, NULL, '{"doctor_id": 2, "date": "2026-11-20", "start": "10:30", "end": "11:00", "capacity": 4}', '{}', 2, 'c063622041e8ef51cf13c381e9d505ebd3fbc5dd1439785bf452d3061654c8b6');
INSERT INTO public.journal_event VALUES (18, 1, 'token_issued', 'token', 9, 4, NULL, NULL, NULL, '{"slot_id": 4, "patient_id": 1, "doctor_id": 2, "date": "2026-11-20", "sequence": 2, "number": "JOB-002", "source": "PAID", "priority": 2, "status": "WAITING", "issued_at": "2026-11-20T04:21:00.000000Z", "checked_in_at": null}', '{}', 2, '160bff096322ac21e2c1594495f870e68fefc3dec927b888ae75566eeee47cb2');
INSERT INTO public.journal_event VALUES (18, 2, 'token_allocated', 'token', 9, 4, NULL, NULL, '{"status": "WAITING"}', '{"status": "ACTIVE"}', '{}', 2, 'dfbf56a3767dc3653646fcbf75a3cc374fad2970b402aa083dc7cf7fd53ed3b1');
INSERT INTO public.journal_event VALUES (19, 1, 'token_issued', 'token', 10, 5, NULL, NULL, NULL, '{"slot_id": 5, "patient_id": 1, "doctor_id": 2, "date": "2026-11-20", "sequence": 3, "number": "JOB-003", "source": "ONLINE", "priority": 4, "status": "WAITING", "issued_at": "2026-11-20T04:22:00.000000Z", "checked_in_at": null}', '{}', 2, '72a07e94ce27815c319c1e5743f202b2634a4577aec6ec36bdf85687f277348a');
INSERT INTO public.journal_event VALUES (19, 2, 'token_allocated', 'token', 10, 5, NULL, NULL, '{"status": "WAITING"}', '{"status": "ACTIVE"}', '{}', 2, '94e848b8483594a274df636a65d288eedabaf2d593135e4d91b0cd0106ee8ebb');
INSERT INTO public.journal_event VALUES (20, 1, 'patient_registered', 'patient', 8, 4, NULL, NULL, NULL, '{}', '{}', 2, '1409841eed7d1d5dd94dc1fdca340cbb93ceb41c30d1bb9f7830474e74575a4d');
INSERT INTO public.journal_event VALUES (20, 2, 'token_issued', 'token', 11, 4, NULL, NULL, NULL, '{"slot_id": 4, "patient_id": 8, "doctor_id": 2, "date": "2026-11-20", "sequence": 4, "number": "JOB-004", "source": "WALKIN", "priority": 5, "status": "WAITING", "issued_at": "2026-11-20T04:24:00.000000Z", "checked_in_at": "2026-11-20T04:24:00.000000Z"}', '{}', 2, '82fe828bb158fe1543b15eba8b8489008dcb93e7336c49c3b12ee2f4268bef85');
INSERT INTO public.journal_event VALUES (20, 3, 'token_allocated', 'token', 11, 4, NULL, NULL, '{"status": "WAITING"}', '{"status": "ACTIVE"}', '{}', 2, '799f64f697d672aa12fa621bb5d479adce65595ceaab3a9abb30dd208a0ef0bf');
INSERT INTO public.journal_event VALUES (21, 1, 'patient_details_added', 'patient', 8, 5, NULL, NULL, '{}', '{}', '{"fields": ["birth_year"]}', 2, '81a29bc522cf7cd3f68e754f1179de45ce6429ed674b408954e555afe38e18da');
INSERT INTO public.journal_event VALUES (21, 2, 'token_issued', 'token', 12, 5, NULL, NULL, NULL, '{"slot_id": 5, "patient_id": 8, "doctor_id": 2, "date": "2026-11-20", "sequence": 5, "number": "JOB-005", "source": "WALKIN", "priority": 5, "status": "WAITING", "issued_at": "2026-11-20T04:25:00.000000Z", "checked_in_at": "2026-11-20T04:25:00.000000Z"}', '{}', 2, '6f72c4092aba55f67792bd767beedbf11658411f0f131b380a9895ca8a656f67');
INSERT INTO public.journal_event VALUES (21, 3, 'token_allocated', 'token', 12, 5, NULL, NULL, '{"status": "WAITING"}', '{"status": "ACTIVE"}', '{}', 2, '412bca84308802ee7b36e20d70fdc8e6f181912238b398e3c4ccf6b40d130324');
INSERT INTO public.journal_event VALUES (22, 1, 'patient_registered', 'patient', 9, 4, NULL, NULL, NULL, '{}', '{}', 2, 'fa203ad641bc57d177db242f77bbc164a690795478486c7c4e34de7f9dc4803a');
INSERT INTO public.journal_event VALUES (22, 2, 'token_issued', 'token', 13, 4, NULL, NULL, NULL, '{"slot_id": 4, "patient_id": 9, "doctor_id": 2, "date": "2026-11-20", "sequence": 6, "number": "JOB-006", "source": "WALKIN", "priority": 5, "status": "WAITING", "issued_at": "2026-11-20T04:26:00.000000Z", "checked_in_at": "2026-11-20T04:26:00.000000Z"}', '{}', 2, 'b08b9eb168eafe47e447bf161a5ac0ea7b6903cc825109463d8050f4371e8f4e');
INSERT INTO public.journal_event VALUES (22, 3, 'token_allocated', 'token', 13, 4, NULL, NULL, '{"status": "WAITING"}', '{"status": "ACTIVE"}', '{}', 2, '4e5b705d515487a5d8c01ef5d8935ca14cb9149f7d9a44810d08ca0ab05ccdb5');
INSERT INTO public.journal_event VALUES (23, 1, 'patient_registered', 'patient', 10, 5, NULL, NULL, NULL, '{}', '{}', 2, 'dac661387bcf97cce0487c8edefe054c9aa12848f78cda5d605f43396bc2b05b');
INSERT INTO public.journal_event VALUES (23, 2, 'token_issued', 'token', 14, 5, NULL, NULL, NULL, '{"slot_id": 5, "patient_id": 10, "doctor_id": 2, "date": "2026-11-20", "sequence": 7, "number": "JOB-007", "source": "WALKIN", "priority": 5, "status": "WAITING", "issued_at": "2026-11-20T04:27:00.000000Z", "checked_in_at": "2026-11-20T04:27:00.000000Z"}', '{}', 2, 'ec551fca42185aef01423488314cb57761990115107e980719ae2eb96532070f');
INSERT INTO public.journal_event VALUES (23, 3, 'token_allocated', 'token', 14, 5, NULL, NULL, '{"status": "WAITING"}', '{"status": "ACTIVE"}', '{}', 2, 'e2c69fdeb57a6123d695d8234f8f8733a68ea478b20babe0e76e72afc2923583');
INSERT INTO public.journal_event VALUES (24, 1, 'patient_registered', 'patient', 11, 4, NULL, NULL, NULL, '{}', '{}', 2, '45b4411810fbc23445e3d83072c6d6a637c3318d115208a91cd03a6a03ede1a2');
INSERT INTO public.journal_event VALUES (24, 2, 'token_issued', 'token', 15, 4, NULL, NULL, NULL, '{"slot_id": 4, "patient_id": 11, "doctor_id": 2, "date": "2026-11-20", "sequence": 8, "number": "JOB-008", "source": "FOLLOWUP", "priority": 3, "status": "WAITING", "issued_at": "2026-11-20T04:28:00.000000Z", "checked_in_at": null}', '{}', 2, 'a4cc211bd477dc3bd4b1e5a97b09c0569c2d7199cd36e67a9a82ee60d7dbae55');
INSERT INTO public.journal_event VALUES (24, 3, 'token_allocated', 'token', 15, 4, NULL, NULL, '{"status": "WAITING"}', '{"status": "ACTIVE"}', '{}', 2, '7c542c2b6f0a4d2cf8eddbe88b94167131c9d7894ef29eecc4ced3c0b162f84d');
INSERT INTO public.journal_event VALUES (25, 1, 'token_cancelled', 'token', 15, 4, NULL, NULL, '{"status": "ACTIVE", "closed_at": null}', '{"status": "CANCELLED", "closed_at": "2026-11-20T04:29:00.000000Z"}', '{}', 2, '6b7f7ed492511fdc15f6d06cd45621b7943e3f83a4f7d59e9d237f7d7ca998d2');
INSERT INTO public.journal_event VALUES (26, 1, 'token_issued', 'token', 16, 4, NULL, NULL, NULL, '{"slot_id": 4, "patient_id": 11, "doctor_id": 2, "date": "2026-11-20", "sequence": 9, "number": "JOB-009", "source": "FOLLOWUP", "priority": 3, "status": "WAITING", "issued_at": "2026-11-20T04:30:00.000000Z", "checked_in_at": null}', '{}', 2, 'ac3fef01b2484aca77c78263c372085d0519d9a1a53115640c957b108bcc0d14');
INSERT INTO public.journal_event VALUES (26, 2, 'token_allocated', 'token', 16, 4, NULL, NULL, '{"status": "WAITING"}', '{"status": "ACTIVE"}', '{}', 2, '5fbd4dabbf61172ec1f8a323c4a0ecce53cf4439d19ec2a0f7f09ded3c6f1f88');
INSERT INTO public.journal_event VALUES (27, 1, 'token_completed', 'token', 16, 4, NULL, NULL, '{"status": "ACTIVE", "closed_at": null}', '{"status": "COMPLETED", "closed_at": "2026-11-20T04:50:00.000000Z"}', '{}', 2, '1cf69726620d80fa2ef8e079e0d595f52965a4eead820d6714ba3f77955a8066');
INSERT INTO public.journal_event VALUES (28, 1, 'patient_forgotten', 'patient', 11, NULL, NULL, NULL, '{"forgotten_at": null}', '{"forgotten_at": "2026-11-20T05:00:00.000000Z"}', '{}', 2, 'b4aaef474d827ef9b830744cb08c9ff569ee87298a67ea93b5f67e34ee26d2cf');
INSERT INTO public.patient VALUES (1, 'Asha Verma', '98765 43210', 'MRN 17', 1980, 'female', 'ashaverma', '9876543210', 'mrn17', NULL, NULL);
INSERT INTO public.patient VALUES (2, 'Ravi Kumar', NULL, NULL, NULL, NULL, 'ravikumar', NULL, NULL, NULL, NULL);
INSERT INTO public.patient VALUES (3, 'सुनीता राव', '+91 99999 00000', NULL, NULL, NULL, 'सुनीताराव', '9999900000', NULL, NULL, NULL);
INSERT INTO public.patient VALUES (4, 'Kabir Mehta', NULL, NULL, NULL, NULL, 'kabirmehta', NULL, NULL, NULL, NULL);
INSERT INTO public.patient VALUES (5, 'Diya Joseph', NULL, NULL, NULL, NULL, 'diyajoseph', NULL, NULL, NULL, NULL);
INSERT INTO public.patient VALUES (6, 'Imran Khan', NULL, NULL, NULL, NULL, 'imrankhan', NULL, NULL, NULL, NULL);
INSERT INTO public.patient VALUES (7, 'Meera Nair', NULL, NULL, NULL, NULL, 'meeranair', NULL, NULL, NULL, NULL);
INSERT INTO public.patient VALUES (8, 'Gita Sen', '90000 00001', NULL, 1990, NULL, 'gitasen', '9000000001', NULL, NULL, NULL);
INSERT INTO public.patient VALUES (9, 'Old Kumar', '90000 00002', NULL, 1950, NULL, 'oldkumar', '9000000002', NULL, NULL, NULL);
INSERT INTO public.patient VALUES (10, 'Old Kumar', '90000 00002', NULL, 2015, NULL, 'oldkumar', '9000000002', NULL, NULL, NULL);
INSERT INTO public.patient VALUES (11, '(forgotten)', NULL, NULL, NULL, NULL, '', NULL, NULL, '2026-11-20T05:00:00.000000Z', NULL);
INSERT INTO public.slot VALUES (2, 1, '2026-11-20', '10:00', '11:00', 2, 'da339d9955acf8d21208f7b666ca32268fe2cba3e0b55d19f4dbf09cc95a5605', NULL, NULL, NULL);
INSERT INTO public.slot VALUES (3, 2, '2026-11-20', '09:00', '10:00', 1, '062bfba1dd1e7290e36704174b69eeb1bec36f40e9a04923302118d6a1ced031', NULL, NULL, NULL);
INSERT INTO public.slot VALUES (1, 1, '2026-11-20', '09:00', '10:00', 2, 'ceaf34d3cbe2b1c3c07f908814972b9c622a9bb00860db3e27c7a28285b168f2', NULL, NULL, NULL);
INSERT INTO public.slot VALUES (5, 2, '2026-11-20', '10:30', '11:00', 4, 'e2c69fdeb57a6123d695d8234f8f8733a68ea478b20babe0e76e72afc2923583', NULL, NULL, NULL);
INSERT INTO public.slot VALUES (4, 2, '2026-11-20', '10:00', '10:30', 4, '1cf69726620d80fa2ef8e079e0d595f52965a4eead820d6714ba3f77955a8066', NULL, NULL, NULL);
INSERT INTO public.token VALUES (2, 1, 2, 1, '2026-11-20', 2, 'RAO-002', 'WALKIN', 5, 'WAITING', '2026-11-20T02:50:00.000000Z', NULL, NULL, '2026-11-20T02:50:00.000000Z', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.token VALUES (4, 1, 4, 1, '2026-11-20', 4, 'RAO-004', 'EMERGENCY', 1, 'COMPLETED', '2026-11-20T03:35:00.000000Z', NULL, '2026-11-20T03:50:00.000000Z', '2026-11-20T03:35:00.000000Z', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.token VALUES (3, 1, 3, 1, '2026-11-20', 3, 'RAO-003', 'PAID', 2, 'CANCELLED', '2026-11-20T03:00:00.000000Z', NULL, '2026-11-20T03:55:00.000000Z', NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.token VALUES (6, 2, 6, 1, '2026-11-20', 6, 'RAO-006', 'ONLINE', 4, 'NO_SHOW', '2026-11-20T04:00:00.000000Z', NULL, '2026-11-20T05:00:00.000000Z', NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.token VALUES (7, 2, 7, 1, '2026-11-20', 7, 'RAO-007', 'WALKIN', 5, 'ACTIVE', '2026-11-20T05:01:00.000000Z', NULL, NULL, '2026-11-20T05:01:00.000000Z', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.token VALUES (8, 3, 1, 2, '2026-11-20', 1, 'JOB-001', 'PAID', 2, 'ACTIVE', '2026-11-20T04:10:00.000000Z', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.token VALUES (5, 1, 5, 1, '2026-11-20', 5, 'RAO-005', 'FOLLOWUP', 3, 'CANCELLED', '2026-11-20T03:36:00.000000Z', NULL, '2026-11-20T04:20:00.000000Z', NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.token VALUES (1, 1, 1, 1, '2026-11-20', 1, 'RAO-001', 'ONLINE', 4, 'ACTIVE', '2026-11-20T02:40:00.000000Z', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.token VALUES (9, 4, 1, 2, '2026-11-20', 2, 'JOB-002', 'PAID', 2, 'ACTIVE', '2026-11-20T04:21:00.000000Z', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.token VALUES (10, 5, 1, 2, '2026-11-20', 3, 'JOB-003', 'ONLINE', 4, 'ACTIVE', '2026-11-20T04:22:00.000000Z', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.token VALUES (11, 4, 8, 2, '2026-11-20', 4, 'JOB-004', 'WALKIN', 5, 'ACTIVE', '2026-11-20T04:24:00.000000Z', NULL, NULL, '2026-11-20T04:24:00.000000Z', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.token VALUES (12, 5, 8, 2, '2026-11-20', 5, 'JOB-005', 'WALKIN', 5, 'ACTIVE', '2026-11-20T04:25:00.000000Z', NULL, NULL, '2026-11-20T04:25:00.000000Z', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.token VALUES (13, 4, 9, 2, '2026-11-20', 6, 'JOB-006', 'WALKIN', 5, 'ACTIVE', '2026-11-20T04:26:00.000000Z', NULL, NULL, '2026-11-20T04:26:00.000000Z', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.token VALUES (14, 5, 10, 2, '2026-11-20', 7, 'JOB-007', 'WALKIN', 5, 'ACTIVE', '2026-11-20T04:27:00.000000Z', NULL, NULL, '2026-11-20T04:27:00.000000Z', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.token VALUES (15, 4, 11, 2, '2026-11-20', 8, 'JOB-008', 'FOLLOWUP', 3, 'CANCELLED', '2026-11-20T04:28:00.000000Z', NULL, '2026-11-20T04:29:00.000000Z', NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.token VALUES (16, 4, 11, 2, '2026-11-20', 9, 'JOB-009', 'FOLLOWUP', 3, 'COMPLETED', '2026-11-20T04:30:00.000000Z', NULL, '2026-11-20T04:50:00.000000Z', NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.token_counter VALUES (1, '2026-11-20', 7);
INSERT INTO public.token_counter VALUES (2, '2026-11-20', 9);
SELECT pg_catalog.setval('public.doctor_id_seq', 2, true);
SELECT pg_catalog.setval('public.hospital_id_seq', 1, false);
SELECT pg_catalog.setval('public.journal_entry_id_seq', 28, true);
SELECT pg_catalog.setval('public.patient_id_seq', 11, true);
SELECT pg_catalog.setval('public.slot_id_seq', 5, true);
SELECT pg_catalog.setval('public.token_id_seq', 16, true);
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT pk_alembic_version PRIMARY KEY (version_num);
ALTER TABLE ONLY public.doctor
    ADD CONSTRAINT pk_doctor PRIMARY KEY (id);
ALTER TABLE ONLY public.hospital
    ADD CONSTRAINT pk_hospital PRIMARY KEY (id);
ALTER TABLE ONLY public.idempotency_key
    ADD CONSTRAINT pk_idempotency_key PRIMARY KEY (key);
ALTER TABLE ONLY public.journal_entry
    ADD CONSTRAINT pk_journal_entry PRIMARY KEY (id);
ALTER TABLE ONLY public.journal_event
    ADD CONSTRAINT pk_journal_event PRIMARY KEY (entry_id, number);
ALTER TABLE ONLY public.patient
    ADD CONSTRAINT pk_patient PRIMARY KEY (id);
ALTER TABLE ONLY public.slot
    ADD CONSTRAINT pk_slot PRIMARY KEY (id);
ALTER TABLE ONLY public.token
    ADD CONSTRAINT pk_token PRIMARY KEY (id);
ALTER TABLE ONLY public.token_counter
    ADD CONSTRAINT pk_token_counter PRIMARY KEY (doctor_id, date);
ALTER TABLE ONLY public.token
    ADD CONSTRAINT uq_token_doctor_id_date_sequence UNIQUE (doctor_id, date, sequence);
CREATE INDEX ix_journal_event_subject ON public.journal_event USING btree (subject, subject_id);
CREATE INDEX ix_patient_phone_key ON public.patient USING btree (phone_key) WHERE (phone_key IS NOT NULL);
CREATE INDEX ix_patient_uhid_key ON public.patient USING btree (uhid_key) WHERE (uhid_key IS NOT NULL);
CREATE INDEX ix_slot_date ON public.slot USING btree (date);
CREATE UNIQUE INDEX ix_token_number ON public.token USING btree (date, number);
CREATE INDEX ix_token_patient_id ON public.token USING btree (patient_id);
CREATE INDEX ix_token_seated ON public.token USING btree (slot_id, priority, issued_at, id) WHERE (((status)::text = 'ACTIVE'::text) AND (called_at IS NULL));
CREATE INDEX ix_token_slot_id_issued_at ON public.token USING btree (slot_id, issued_at);
CREATE INDEX ix_token_slot_id_status ON public.token USING btree (slot_id, status);
CREATE INDEX ix_token_waiting ON public.token USING btree (slot_id, priority, issued_at, id) WHERE ((status)::text = 'WAITING'::text);
CREATE UNIQUE INDEX uq_doctor_code ON public.doctor USING btree (code) WHERE (withdrawn_at IS NULL);
CREATE UNIQUE INDEX uq_slot_doctor_id_date_start ON public.slot USING btree (doctor_id, date, start) WHERE (withdrawn_at IS NULL);
CREATE TRIGGER journal_entry_is_kept BEFORE DELETE OR UPDATE OR TRUNCATE ON public.journal_entry FOR EACH STATEMENT EXECUTE FUNCTION public.journal_is_kept();
CREATE TRIGGER journal_event_is_kept BEFORE DELETE OR UPDATE OR TRUNCATE ON public.journal_event FOR EACH STATEMENT EXECUTE FUNCTION public.journal_is_kept();
CREATE TRIGGER slot_keeps_room AFTER UPDATE OF capacity ON public.slot FOR EACH ROW EXECUTE FUNCTION public.slot_keeps_room();
CREATE TRIGGER slot_overlap AFTER INSERT OR UPDATE OF doctor_id, date, start, "end", withdrawn_at ON public.slot FOR EACH ROW EXECUTE FUNCTION public.slot_overlap();
CREATE TRIGGER token_takes_seat AFTER INSERT OR UPDATE OF status, slot_id ON public.token FOR EACH ROW WHEN (((new.status)::text = ANY ((ARRAY['ACTIVE'::character varying, 'COMPLETED'::character varying])::text[]))) EXECUTE FUNCTION public.token_takes_seat();
ALTER TABLE ONLY public.idempotency_key
    ADD CONSTRAINT fk_idempotency_key_entry_id_journal_entry FOREIGN KEY (entry_id) REFERENCES public.journal_entry(id);
ALTER TABLE ONLY public.journal_event
    ADD CONSTRAINT fk_journal_event_entry_id_journal_entry FOREIGN KEY (entry_id) REFERENCES public.journal_entry(id);
ALTER TABLE ONLY public.journal_event
    ADD CONSTRAINT fk_journal_event_slot_id_slot FOREIGN KEY (slot_id) REFERENCES public.slot(id);
ALTER TABLE ONLY public.patient
    ADD CONSTRAINT fk_patient_merged_into_patient FOREIGN KEY (merged_into) REFERENCES public.patient(id);
ALTER TABLE ONLY public.slot
    ADD CONSTRAINT fk_slot_doctor_id_doctor FOREIGN KEY (doctor_id) REFERENCES public.doctor(id);
ALTER TABLE ONLY public.token_counter
    ADD CONSTRAINT fk_token_counter_doctor_id_doctor FOREIGN KEY (doctor_id) REFERENCES public.doctor(id);
ALTER TABLE ONLY public.token
    ADD CONSTRAINT fk_token_doctor_id_doctor FOREIGN KEY (doctor_id) REFERENCES public.doctor(id);
ALTER TABLE ONLY public.token
    ADD CONSTRAINT fk_token_patient_id_patient FOREIGN KEY (patient_id) REFERENCES public.patient(id);
ALTER TABLE ONLY public.token
    ADD CONSTRAINT fk_token_replaces_token FOREIGN KEY (replaces) REFERENCES public.token(id);
ALTER TABLE ONLY public.token
    ADD CONSTRAINT fk_token_slot_id_slot FOREIGN KEY (slot_id) REFERENCES public.slot(id);
