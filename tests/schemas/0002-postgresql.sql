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
                   AND "start" < NEW."end" AND NEW."start" < "end")
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
    action character varying(32) NOT NULL,
    at character varying(27) NOT NULL COLLATE pg_catalog."C",
    recorded_at character varying(27) NOT NULL COLLATE pg_catalog."C",
    operator character varying(120) NOT NULL,
    desk character varying(120) NOT NULL
);
CREATE SEQUENCE public.journal_entry_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.journal_entry_id_seq OWNED BY public.journal_entry.id;
CREATE TABLE public.journal_line (
    sequence bigint NOT NULL,
    entry_id bigint NOT NULL,
    doctor_id bigint,
    slot_id bigint,
    token_id bigint,
    from_status character varying(9),
    to_status character varying(9),
    reason character varying(9),
    because_of bigint,
    facts text NOT NULL,
    hash character varying(64) DEFAULT ''::character varying NOT NULL,
    CONSTRAINT ck_journal_line_from_status_known CHECK (((from_status)::text = ANY ((ARRAY['WAITING'::character varying, 'ACTIVE'::character varying, 'COMPLETED'::character varying, 'CANCELLED'::character varying, 'NO_SHOW'::character varying])::text[]))),
    CONSTRAINT ck_journal_line_reason_known CHECK (((reason)::text = ANY ((ARRAY['ISSUED'::character varying, 'ALLOCATED'::character varying, 'PREEMPTED'::character varying, 'PROMOTED'::character varying, 'CANCELLED'::character varying, 'NO_SHOW'::character varying, 'COMPLETED'::character varying])::text[]))),
    CONSTRAINT ck_journal_line_to_status_known CHECK (((to_status)::text = ANY ((ARRAY['WAITING'::character varying, 'ACTIVE'::character varying, 'COMPLETED'::character varying, 'CANCELLED'::character varying, 'NO_SHOW'::character varying])::text[])))
);
CREATE SEQUENCE public.journal_line_sequence_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.journal_line_sequence_seq OWNED BY public.journal_line.sequence;
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
    source character varying(9) NOT NULL,
    priority integer NOT NULL,
    status character varying(9) NOT NULL,
    issued_at character varying(27) NOT NULL COLLATE pg_catalog."C",
    called_at character varying(27) COLLATE pg_catalog."C",
    closed_at character varying(27) COLLATE pg_catalog."C",
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
ALTER TABLE ONLY public.journal_line ALTER COLUMN sequence SET DEFAULT nextval('public.journal_line_sequence_seq'::regclass);
ALTER TABLE ONLY public.patient ALTER COLUMN id SET DEFAULT nextval('public.patient_id_seq'::regclass);
ALTER TABLE ONLY public.slot ALTER COLUMN id SET DEFAULT nextval('public.slot_id_seq'::regclass);
ALTER TABLE ONLY public.token ALTER COLUMN id SET DEFAULT nextval('public.token_id_seq'::regclass);
INSERT INTO public.alembic_version VALUES ('0002');
INSERT INTO public.doctor VALUES (1, 'RAO', 'Dr Anil Rao', 'Orthopedics', '12');
INSERT INTO public.doctor VALUES (2, 'JOB', 'Dr José O''Brien', NULL, NULL);
INSERT INTO public.hospital VALUES (1, 2, '0.2.0', 'Asia/Kolkata', '2026-11-20T06:00:00.000000Z', 'd9745cf2f45be30b6d53dc523715741d12b1648f5ce416e8d3026ad10562993c', '');
INSERT INTO public.idempotency_key VALUES ('97b6c05316dc4e99961711cf095113bc', 'aa730ce0cd3af73e2c825cec87fb2eb77214084c9e730e09b5453ecd55e9e4f1', 1);
INSERT INTO public.idempotency_key VALUES ('102c9c024dff45ab89ad5741c1340921', '1efc7c1c9c130527af253259196e56353331e4b93b75ad6faa2555c25c0384ff', 2);
INSERT INTO public.idempotency_key VALUES ('65c6950f0fcf44e68c95e96d70b53f6e', '9b9a63c791abae6d553999b52e95a6678603065af00c7bc8370a4b8fd1af02f5', 3);
INSERT INTO public.idempotency_key VALUES ('520647a95d1349198c7fb19df492393b', 'db234fc8d5bd449de863b7a41a3059755fa97f17973ddd2192e4fa28ddfbdfb0', 4);
INSERT INTO public.idempotency_key VALUES ('booking-1', 'd2f09183ea29e29a52e2e23968bc90b041a56d1e44fe881df9c80ce638652f0d', 5);
INSERT INTO public.idempotency_key VALUES ('e57742df5f5e48d6b3df0f7c066140a9', 'f1e771d34d7609ae1dc1561f2ee3d29965b51dcb4a7b7a774787733dcf4fd39f', 6);
INSERT INTO public.idempotency_key VALUES ('booking-2', 'e4d3bf34427b21e784f3690b3ad6633dcee62eda83e77b5da303d174eb1667df', 7);
INSERT INTO public.idempotency_key VALUES ('1ea7b71f8fc348c2acebbb52765dd94c', '6645a72fad0493b81b1266f9116c1f5f0860a21f14b2bcf6a2c36fc408b72d02', 8);
INSERT INTO public.idempotency_key VALUES ('3b8ca145a49443a7a4664c0e115e3972', 'f5a019e2a6d7be49582041c472a38bb80d8c930ff705ae586c4552dcd239fd30', 9);
INSERT INTO public.idempotency_key VALUES ('5ac8de2e1c59451aa0bbbb1b6575b6b2', '68ccbdcbc11ef241299cbc2a62a3d521e6d282db69f2ccb5329c17c9d64397cf', 10);
INSERT INTO public.idempotency_key VALUES ('cancel-3', '57ac8da8f60d6fdd7e9a07d4c80bd542c1b5f12c44b5dd667b3dbba9312d785f', 11);
INSERT INTO public.idempotency_key VALUES ('491b58d9589b4fb792edf101171caa56', '7a01c743a71e6a96742d60234ee88094bc50c678da98af2d92ec261fcd63de78', 12);
INSERT INTO public.idempotency_key VALUES ('e8c7540adc504b3ba30b2e9c8728f83f', '893a3e6addc20e175841518e48fd1533bc9555b89e71c1d597bb7339d56f07a8', 13);
INSERT INTO public.idempotency_key VALUES ('69bec0e1dd084bb6a8b28014d6c527fc', '65d8bd39419b01d66f17fe09b2f638f142bffd939f9da4f18f3b9c4345954ffa', 14);
INSERT INTO public.idempotency_key VALUES ('78f07fb77a864be38bc8ae8caf4307ff', 'b0ac4e40946bb9c68ece68db303a2259061ab999cb392e1dfd0249d724e7bb54', 15);
INSERT INTO public.idempotency_key VALUES ('f2204f277178491a8f37606a29756815', 'c8dee725a2b8d3e8fbda6620e194787611938225cc84100f133c6a2225944686', 16);
INSERT INTO public.idempotency_key VALUES ('c79daec8683046c59975b391a84a9e74', 'd811b7e3b65b4276e44d70fd1d61fa9013626ecada241419f39edf2a203ef6c0', 17);
INSERT INTO public.idempotency_key VALUES ('024ad060969c45169a75e209dd4aaca5', '2e4b2822418e89fdfab3e2b34605118e9e21b91ae61edc5af1309da58ff6f246', 18);
INSERT INTO public.idempotency_key VALUES ('8dc4459422694823bc9320cbc1e6740f', '22e9d249f37ed065f3d5fd0a30753823eae17bfc90e6b1ddebfb5ec817376580', 19);
INSERT INTO public.idempotency_key VALUES ('b03bf12dbea241a29d7e39ca6094eead', '723bf0de741998f62c09c58efe6fb80ff4c1e0e1f194adb70500236f25365348', 20);
INSERT INTO public.idempotency_key VALUES ('1e884e007d494bea9f04e0b68e2abd6c', 'c0f90e74fd41ed9a7dca0d51068fea3af2931a4f4d08007764d55c81d83b2ad3', 21);
INSERT INTO public.idempotency_key VALUES ('31ba155d61024eefaf89069d606eca9a', '78bca0103c927c908a0383ca61af1407620f13b4f5e1cf7c0546df5946972f3d', 22);
INSERT INTO public.idempotency_key VALUES ('42702bcbd3c54bbd8f0b05540f8d8d33', 'fcbe37e14cd958f5644af5d5df726a7ce8ebfb8c9207bc18640eedcf18a1828c', 23);
INSERT INTO public.idempotency_key VALUES ('7bc2786df8fb4306b5b7a83b4fb7ccdb', '6b3a72365d1ef989bc2b0ce6bfb10c8317cbe5f20e7453b33a9004d18f9ec1fe', 24);
INSERT INTO public.idempotency_key VALUES ('5478f160a0c84efca32741c81fd6c0dc', '23a99bbe5938be418237b374af33f79c2c3fcd96de81defbf173005985e10650', 26);
INSERT INTO public.idempotency_key VALUES ('6c9a6d156e4a4b5c9d3dd17341110799', 'a0aab3a93470b98729e29695dd70ba4384354435401a6a3eca54879ae59b3386', 27);
INSERT INTO public.idempotency_key VALUES ('leela-1', 'forgotten', 25);
INSERT INTO public.idempotency_key VALUES ('d5aa2bfb0de3492ebdf82d846beea853', 'bcedd9f7bd7481ed9241ddc0923edcc14f59aca7b5e23aa7ef180b4ef6dbccd5', 28);
INSERT INTO public.journal_entry VALUES (1, 'add_doctor', '2026-11-20T02:30:00.000000Z', '2026-11-20T06:00:00.000000Z', 'meera', 'desk 1');
INSERT INTO public.journal_entry VALUES (2, 'add_doctor', '2026-11-20T02:31:00.000000Z', '2026-11-20T06:00:00.000000Z', 'meera', 'desk 1');
INSERT INTO public.journal_entry VALUES (3, 'open_session', '2026-11-20T02:32:00.000000Z', '2026-11-20T06:00:00.000000Z', 'meera', 'desk 1');
INSERT INTO public.journal_entry VALUES (4, 'open_slot', '2026-11-20T02:33:00.000000Z', '2026-11-20T06:00:00.000000Z', 'meera', 'desk 1');
INSERT INTO public.journal_entry VALUES (5, 'issue_token', '2026-11-20T02:40:00.000000Z', '2026-11-20T06:00:00.000000Z', 'meera', 'desk 1');
INSERT INTO public.journal_entry VALUES (6, 'issue_token', '2026-11-20T02:50:00.000000Z', '2026-11-20T06:00:00.000000Z', 'meera', 'desk 1');
INSERT INTO public.journal_entry VALUES (7, 'issue_token', '2026-11-20T03:00:00.000000Z', '2026-11-20T06:00:00.000000Z', 'meera', 'desk 1');
INSERT INTO public.journal_entry VALUES (8, 'issue_token', '2026-11-20T03:35:00.000000Z', '2026-11-20T06:00:00.000000Z', 'meera', 'desk 1');
INSERT INTO public.journal_entry VALUES (9, 'issue_token', '2026-11-20T03:36:00.000000Z', '2026-11-20T06:00:00.000000Z', 'meera', 'desk 1');
INSERT INTO public.journal_entry VALUES (10, 'complete_token', '2026-11-20T03:50:00.000000Z', '2026-11-20T06:00:00.000000Z', 'meera', 'desk 1');
INSERT INTO public.journal_entry VALUES (11, 'cancel_token', '2026-11-20T03:55:00.000000Z', '2026-11-20T06:00:00.000000Z', 'meera', 'desk 1');
INSERT INTO public.journal_entry VALUES (12, 'issue_token', '2026-11-20T04:00:00.000000Z', '2026-11-20T06:00:00.000000Z', 'meera', 'desk 1');
INSERT INTO public.journal_entry VALUES (13, 'mark_no_show', '2026-11-20T05:00:00.000000Z', '2026-11-20T06:00:00.000000Z', 'meera', 'desk 1');
INSERT INTO public.journal_entry VALUES (14, 'issue_token', '2026-11-20T05:01:00.000000Z', '2026-11-20T06:00:00.000000Z', 'meera', 'desk 1');
INSERT INTO public.journal_entry VALUES (15, 'issue_token', '2026-11-20T04:10:00.000000Z', '2026-11-20T06:00:00.000000Z', 'meera', 'desk 1');
INSERT INTO public.journal_entry VALUES (16, 'cancel_token', '2026-11-20T04:20:00.000000Z', '2026-11-20T06:00:00.000000Z', 'meera', 'desk 1');
INSERT INTO public.journal_entry VALUES (17, 'open_session', '2026-11-20T04:20:00.000000Z', '2026-11-20T06:00:00.000000Z', 'meera', 'desk 1');
INSERT INTO public.journal_entry VALUES (18, 'issue_token', '2026-11-20T04:21:00.000000Z', '2026-11-20T06:00:00.000000Z', 'meera', 'desk 1');
INSERT INTO public.journal_entry VALUES (19, 'issue_token', '2026-11-20T04:22:00.000000Z', '2026-11-20T06:00:00.000000Z', 'meera', 'desk 1');
INSERT INTO public.journal_entry VALUES (20, 'issue_token', '2026-11-20T04:23:00.000000Z', '2026-11-20T06:00:00.000000Z', 'meera', 'desk 1');
INSERT INTO public.journal_entry VALUES (21, 'issue_token', '2026-11-20T04:24:00.000000Z', '2026-11-20T06:00:00.000000Z', 'meera', 'desk 1');
INSERT INTO public.journal_entry VALUES (22, 'issue_token', '2026-11-20T04:25:00.000000Z', '2026-11-20T06:00:00.000000Z', 'meera', 'desk 1');
INSERT INTO public.journal_entry VALUES (23, 'issue_token', '2026-11-20T04:26:00.000000Z', '2026-11-20T06:00:00.000000Z', 'meera', 'desk 1');
INSERT INTO public.journal_entry VALUES (24, 'issue_token', '2026-11-20T04:27:00.000000Z', '2026-11-20T06:00:00.000000Z', 'meera', 'desk 1');
INSERT INTO public.journal_entry VALUES (25, 'issue_token', '2026-11-20T04:28:00.000000Z', '2026-11-20T06:00:00.000000Z', 'meera', 'desk 1');
INSERT INTO public.journal_entry VALUES (26, 'cancel_token', '2026-11-20T04:29:00.000000Z', '2026-11-20T06:00:00.000000Z', 'meera', 'desk 1');
INSERT INTO public.journal_entry VALUES (27, 'complete_token', '2026-11-20T04:50:00.000000Z', '2026-11-20T06:00:00.000000Z', 'meera', 'desk 1');
INSERT INTO public.journal_entry VALUES (28, 'forget_patient', '2026-11-20T05:00:00.000000Z', '2026-11-20T06:00:00.000000Z', 'meera', 'desk 1');
INSERT INTO public.journal_line VALUES (1, 1, 1, NULL, NULL, NULL, NULL, NULL, NULL, '{"code": "RAO", "specialty": "Orthopedics", "room": "12"}', '84ea16928a17727fab2c7d8f66fdb807c518449d6ae48318bb749fb9f6f82d14');
INSERT INTO public.journal_line VALUES (2, 2, 2, NULL, NULL, NULL, NULL, NULL, NULL, '{"code": "JOB"}', '0afd28f45c0fb988a2baf4b6c2dc1d4292c0a288633e62416597ce4721c23cec');
INSERT INTO public.journal_line VALUES (3, 3, 1, 1, NULL, NULL, NULL, NULL, NULL, '{"date": "2026-11-20", "start": "09:00", "end": "10:00", "capacity": 2}', 'b1569e1053e7ca6c367a66e91a81fe8f2f6b7ef430b2a3c2dc39b8a82ffb6a50');
INSERT INTO public.journal_line VALUES (4, 3, 1, 2, NULL, NULL, NULL, NULL, NULL, '{"date": "2026-11-20", "start": "10:00", "end": "11:00", "capacity": 2}', '5c4315383bdb2dbfb22129eb4caf0ecfb64e3cdf2294be08654040f21e0a8397');
INSERT INTO public.journal_line VALUES (5, 4, 2, 3, NULL, NULL, NULL, NULL, NULL, '{"date": "2026-11-20", "start": "09:00", "end": "10:00", "capacity": 1}', '05a24dce19315ede02a63b46a87197c8c52bad67a480a940c3bd89c515b28c71');
INSERT INTO public.journal_line VALUES (6, 5, NULL, 1, 1, NULL, 'WAITING', 'ISSUED', NULL, '{"patient": 1, "number": "RAO-001", "source": "ONLINE", "priority": 4, "issued_at": "2026-11-20T02:40:00.000000Z"}', '81ca44df830537a25e1eb5bc186eef9df5be500c122dac9f134afa5bce0bb7a3');
INSERT INTO public.journal_line VALUES (7, 5, NULL, 1, 1, 'WAITING', 'ACTIVE', 'ALLOCATED', NULL, '{}', '037de97826bd481a863cd566662a256bbd94d3b31dbea20d1b9ec1976b66db3d');
INSERT INTO public.journal_line VALUES (8, 6, NULL, 1, 2, NULL, 'WAITING', 'ISSUED', NULL, '{"patient": 2, "number": "RAO-002", "source": "WALKIN", "priority": 5, "issued_at": "2026-11-20T02:50:00.000000Z"}', '2cd9e21b6c86d5d833fd9d314924802827ae5b91ad2bc9fd2eab35c19639aca2');
INSERT INTO public.journal_line VALUES (9, 6, NULL, 1, 2, 'WAITING', 'ACTIVE', 'ALLOCATED', NULL, '{}', '0fcfa601526c0215cf02b4411c953de7332040ea43c1b9f55430e43df6b04a23');
INSERT INTO public.journal_line VALUES (10, 7, NULL, 1, 3, NULL, 'WAITING', 'ISSUED', NULL, '{"patient": 3, "number": "RAO-003", "source": "PAID", "priority": 2, "issued_at": "2026-11-20T03:00:00.000000Z"}', '93540ed9ec1ba88372773f3b8ccb99cfb7101c1f10079d5e760938b7caa2ca5c');
INSERT INTO public.journal_line VALUES (11, 7, NULL, 1, 2, 'ACTIVE', 'WAITING', 'PREEMPTED', 3, '{}', 'fe7ccb421dbefdfc058eee054df58736c8fd5d38785d17abf3209466ae85cbac');
INSERT INTO public.journal_line VALUES (12, 7, NULL, 1, 3, 'WAITING', 'ACTIVE', 'ALLOCATED', NULL, '{}', 'e6dca297d940d23617d95061aec6cd47b982463dbdc829f764051f2e3bbc9119');
INSERT INTO public.journal_line VALUES (13, 8, NULL, 1, 4, NULL, 'WAITING', 'ISSUED', NULL, '{"patient": 4, "number": "RAO-004", "source": "EMERGENCY", "priority": 1, "issued_at": "2026-11-20T03:35:00.000000Z"}', '73d161f21e888af1aa17b32d6315f6742af665e084dcd7193f754946f83f1ff8');
INSERT INTO public.journal_line VALUES (14, 8, NULL, 1, 1, 'ACTIVE', 'WAITING', 'PREEMPTED', 4, '{}', '6b4bfd4b34dbb93aa5fba557283c0c019d5030c70553b81823bc504ab6bfc12a');
INSERT INTO public.journal_line VALUES (15, 8, NULL, 1, 4, 'WAITING', 'ACTIVE', 'ALLOCATED', NULL, '{}', 'c13f4c4481698a63c8239613b49a5aaed56dad3dd9f4d21deb1d720461e8a4ef');
INSERT INTO public.journal_line VALUES (16, 9, NULL, 1, 5, NULL, 'WAITING', 'ISSUED', NULL, '{"patient": 5, "number": "RAO-005", "source": "FOLLOWUP", "priority": 3, "issued_at": "2026-11-20T03:36:00.000000Z"}', '1d2daf71e82c04d80ffe283c3e9c337d70e6d1db027b738968c149b41e57c4cd');
INSERT INTO public.journal_line VALUES (17, 10, NULL, 1, 4, 'ACTIVE', 'COMPLETED', 'COMPLETED', NULL, '{}', '4a03b8e39cb6b5eb0ccfa5cdeb4ab143c6971965cbd77b35b2a109c14260a136');
INSERT INTO public.journal_line VALUES (18, 11, NULL, 1, 3, 'ACTIVE', 'CANCELLED', 'CANCELLED', NULL, '{}', 'dc70bcf4b7ca74e923cac0936d6fd79cb3ccfd3310e3b04fa6ff9c4237698325');
INSERT INTO public.journal_line VALUES (19, 11, NULL, 1, 5, 'WAITING', 'ACTIVE', 'PROMOTED', 3, '{}', '89cce0d7a92d24f684ce58a9027d4ba62abf82b3e666f74f399734628a9b2004');
INSERT INTO public.journal_line VALUES (20, 12, NULL, 2, 6, NULL, 'WAITING', 'ISSUED', NULL, '{"patient": 6, "number": "RAO-006", "source": "ONLINE", "priority": 4, "issued_at": "2026-11-20T04:00:00.000000Z"}', '933215fd34a4b4c8e79d370649cd97ebac892084c7c8f3d126fc7ff9233f4ce2');
INSERT INTO public.journal_line VALUES (21, 12, NULL, 2, 6, 'WAITING', 'ACTIVE', 'ALLOCATED', NULL, '{}', '93860417174169974dcb28cd8892e7207b7a5c49f6adb78402dc7460d204de48');
INSERT INTO public.journal_line VALUES (22, 13, NULL, 2, 6, 'ACTIVE', 'NO_SHOW', 'NO_SHOW', NULL, '{}', 'a9d8f4be7106c635fa3e1a780d305b02e7f9f9c92f1f72e1e77848aebec1a618');
INSERT INTO public.journal_line VALUES (23, 14, NULL, 2, 7, NULL, 'WAITING', 'ISSUED', NULL, '{"patient": 7, "number": "RAO-007", "source": "WALKIN", "priority": 5, "issued_at": "2026-11-20T05:01:00.000000Z"}', 'ed3cf9c2c231ce9afc51e7a74149f8cea575dedc891778d80dd680dbe793550a');
INSERT INTO public.journal_line VALUES (24, 14, NULL, 2, 7, 'WAITING', 'ACTIVE', 'ALLOCATED', NULL, '{}', 'a5cb7864071ddc459ac0286fd1277924617c4a55f5a6784545ef5f33277751d2');
INSERT INTO public.journal_line VALUES (25, 15, NULL, 3, 8, NULL, 'WAITING', 'ISSUED', NULL, '{"patient": 8, "number": "JOB-001", "source": "PAID", "priority": 2, "issued_at": "2026-11-20T04:10:00.000000Z"}', 'b672d5a36e07c6a79fe1d915679ff26e24d8b5002253c8d6332e6581d149a098');
INSERT INTO public.journal_line VALUES (26, 15, NULL, 3, 8, 'WAITING', 'ACTIVE', 'ALLOCATED', NULL, '{}', '69949d330d61d9a3c0f4ca5c9b682f7911a1c240d9e4a165ff97860017f268f9');
INSERT INTO public.journal_line VALUES (27, 16, NULL, 1, 5, 'ACTIVE', 'CANCELLED', 'CANCELLED', NULL, '{}', '5137b979b2b7bd4c4ce68a944ccd04371b6905b89cc44d4d6a1ea41c06b5d80e');
INSERT INTO public.journal_line VALUES (28, 16, NULL, 1, 1, 'WAITING', 'ACTIVE', 'PROMOTED', 5, '{}', '7a583e2bb31542d4023e823b0347c0dc7cf13305117b4a7fdf5a9c6f36097ffa');
INSERT INTO public.journal_line VALUES (29, 17, 2, 4, NULL, NULL, NULL, NULL, NULL, '{"date": "2026-11-20", "start": "10:00", "end": "10:30", "capacity": 4}', 'fa4a5e22b6edca915c0316193525bb8a3a69063a980624d7bd7f64e3900cf2d8');
INSERT INTO public.journal_line VALUES (30, 17, 2, 5, NULL, NULL, NULL, NULL, NULL, '{"date": "2026-11-20", "start": "10:30", "end": "11:00", "capacity": 4}', 'd91908bf915300467cfbc16c74e518efb55e519b46915b1aaf8790ecba8df878');
INSERT INTO public.journal_line VALUES (31, 18, NULL, 4, 9, NULL, 'WAITING', 'ISSUED', NULL, '{"patient": 9, "number": "JOB-002", "source": "PAID", "priority": 2, "issued_at": "2026-11-20T04:21:00.000000Z"}', 'b47a6696836615bf5b32276f8ebf7c2bae9910a8b62cdd873c2b0ad65eeb6133');
INSERT INTO public.journal_line VALUES (32, 18, NULL, 4, 9, 'WAITING', 'ACTIVE', 'ALLOCATED', NULL, '{}', 'a0995190b414283f13cdca255c6570a0327aa7c0e13bb786bb4e44ec20ac5e8d');
INSERT INTO public.journal_line VALUES (33, 19, NULL, 5, 10, NULL, 'WAITING', 'ISSUED', NULL, '{"patient": 10, "number": "JOB-003", "source": "ONLINE", "priority": 4, "issued_at": "2026-11-20T04:22:00.000000Z"}', '96483fb089783b0f95cbc09e0f80c746c17a826e2b3f881ae4d04c445c831577');
INSERT INTO public.journal_line VALUES (34, 19, NULL, 5, 10, 'WAITING', 'ACTIVE', 'ALLOCATED', NULL, '{}', 'd68400bc3f495f3e4618dab0718d51a0da7a6ad94ad6f68218e0adf861d2b6e2');
INSERT INTO public.journal_line VALUES (35, 20, NULL, 5, 11, NULL, 'WAITING', 'ISSUED', NULL, '{"patient": 11, "number": "JOB-004", "source": "ONLINE", "priority": 4, "issued_at": "2026-11-20T04:23:00.000000Z"}', '392499a107a87d5a1014b551772e79ef04f1341fb2e461ac2d9f4062edae5d37');
INSERT INTO public.journal_line VALUES (36, 20, NULL, 5, 11, 'WAITING', 'ACTIVE', 'ALLOCATED', NULL, '{}', '663ed57438a3a87b36cd492915c78fff58c6153aa09f4f777b417a100f1216d3');
INSERT INTO public.journal_line VALUES (37, 21, NULL, 4, 12, NULL, 'WAITING', 'ISSUED', NULL, '{"patient": 12, "number": "JOB-005", "source": "WALKIN", "priority": 5, "issued_at": "2026-11-20T04:24:00.000000Z"}', '247feb95c27dbfb62160c6cdee95a7224b3e1034c37032cf0417a1620c5846bb');
INSERT INTO public.journal_line VALUES (38, 21, NULL, 4, 12, 'WAITING', 'ACTIVE', 'ALLOCATED', NULL, '{}', '6ec6554df8c23455d08becca9e698f261f3fdb71dee938bf5e1e94da7d947527');
INSERT INTO public.journal_line VALUES (39, 22, NULL, 5, 13, NULL, 'WAITING', 'ISSUED', NULL, '{"patient": 13, "number": "JOB-006", "source": "WALKIN", "priority": 5, "issued_at": "2026-11-20T04:25:00.000000Z"}', '8231fd2759bf44f8fcf02824bd792faaf30e65f00bacb9f22c895621b6f6f5c8');
INSERT INTO public.journal_line VALUES (40, 22, NULL, 5, 13, 'WAITING', 'ACTIVE', 'ALLOCATED', NULL, '{}', '4d3e51846b980a049527ea5df7dd1c93d833905af3d0ba66ec9127f1e47a0a1f');
INSERT INTO public.journal_line VALUES (41, 23, NULL, 4, 14, NULL, 'WAITING', 'ISSUED', NULL, '{"patient": 14, "number": "JOB-007", "source": "WALKIN", "priority": 5, "issued_at": "2026-11-20T04:26:00.000000Z"}', '80a7883a2375292295d2ab5fe9c563c65c60299f4c33755dea038de795759914');
INSERT INTO public.journal_line VALUES (42, 23, NULL, 4, 14, 'WAITING', 'ACTIVE', 'ALLOCATED', NULL, '{}', '55f7b5937bd8eb839646252d3b1617659530061146f225d6d6fc2ee98cde1c84');
INSERT INTO public.journal_line VALUES (43, 24, NULL, 5, 15, NULL, 'WAITING', 'ISSUED', NULL, '{"patient": 15, "number": "JOB-008", "source": "WALKIN", "priority": 5, "issued_at": "2026-11-20T04:27:00.000000Z"}', '3b77b7a1a535eba25274699e14d260bb5b2d523e3a27b92d6b22f449687b8eae');
INSERT INTO public.journal_line VALUES (44, 24, NULL, 5, 15, 'WAITING', 'ACTIVE', 'ALLOCATED', NULL, '{}', 'ac5a36ebdb339737e9af75e0ba9437dde45c7e8e50484f9928e494502a8e2648');
INSERT INTO public.journal_line VALUES (45, 25, NULL, 4, 16, NULL, 'WAITING', 'ISSUED', NULL, '{"patient": 16, "number": "JOB-009", "source": "FOLLOWUP", "priority": 3, "issued_at": "2026-11-20T04:28:00.000000Z"}', '5fa695860a23e9be41d6b9f61a3016e04904de7215c454897eaee5e66c01e5bd');
INSERT INTO public.journal_line VALUES (46, 25, NULL, 4, 16, 'WAITING', 'ACTIVE', 'ALLOCATED', NULL, '{}', 'a640eda13a4bffc4da957d829a7ffddc6f490fd71588b583c0aa9c899550ae7e');
INSERT INTO public.journal_line VALUES (47, 26, NULL, 5, 15, 'ACTIVE', 'CANCELLED', 'CANCELLED', NULL, '{}', '90554915363eb63a03b703ec3f84241371845fe55fe65cd6a6a075ad49af8c61');
INSERT INTO public.journal_line VALUES (48, 27, NULL, 4, 16, 'ACTIVE', 'COMPLETED', 'COMPLETED', NULL, '{}', '52531f440fa88874a2709b8214373d591b4b250c003cdd51b256b5689a97508b');
INSERT INTO public.journal_line VALUES (49, 28, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{"patients": [16]}', 'd9745cf2f45be30b6d53dc523715741d12b1648f5ce416e8d3026ad10562993c');
INSERT INTO public.patient VALUES (1, 'Asha Verma', '98765 43210', 'MRN 17', 1980, 'female', 'ashaverma', '9876543210', 'mrn17');
INSERT INTO public.patient VALUES (2, 'Ravi Kumar', NULL, NULL, NULL, NULL, 'ravikumar', NULL, NULL);
INSERT INTO public.patient VALUES (3, 'सुनीता राव', '+91 99999 00000', NULL, NULL, NULL, 'सुनीताराव', '9999900000', NULL);
INSERT INTO public.patient VALUES (4, 'Kabir Mehta', NULL, NULL, NULL, NULL, 'kabirmehta', NULL, NULL);
INSERT INTO public.patient VALUES (5, 'Diya Joseph', NULL, NULL, NULL, NULL, 'diyajoseph', NULL, NULL);
INSERT INTO public.patient VALUES (6, 'Imran Khan', NULL, NULL, NULL, NULL, 'imrankhan', NULL, NULL);
INSERT INTO public.patient VALUES (7, 'Meera Nair', NULL, NULL, NULL, NULL, 'meeranair', NULL, NULL);
INSERT INTO public.patient VALUES (8, 'Asha Verma', '9876543210', NULL, NULL, NULL, 'ashaverma', '9876543210', NULL);
INSERT INTO public.patient VALUES (9, 'Asha Verma', '+91 98765 43210', NULL, NULL, NULL, 'ashaverma', '9876543210', NULL);
INSERT INTO public.patient VALUES (10, 'Asha Verma', NULL, 'mrn17', NULL, 'female', 'ashaverma', NULL, 'mrn17');
INSERT INTO public.patient VALUES (11, 'asha verma', '98765 43210', NULL, NULL, NULL, 'ashaverma', '9876543210', NULL);
INSERT INTO public.patient VALUES (12, 'Gita Sen', '90000 00001', NULL, NULL, NULL, 'gitasen', '9000000001', NULL);
INSERT INTO public.patient VALUES (13, 'Gita Sen', '90000 00001', NULL, 1990, NULL, 'gitasen', '9000000001', NULL);
INSERT INTO public.patient VALUES (14, 'Old Kumar', '90000 00002', NULL, 1950, NULL, 'oldkumar', '9000000002', NULL);
INSERT INTO public.patient VALUES (15, 'Old Kumar', '90000 00002', NULL, 2015, NULL, 'oldkumar', '9000000002', NULL);
INSERT INTO public.patient VALUES (16, '(forgotten)', NULL, NULL, NULL, NULL, '', NULL, NULL);
INSERT INTO public.slot VALUES (2, 1, '2026-11-20', '10:00', '11:00', 2, 'a5cb7864071ddc459ac0286fd1277924617c4a55f5a6784545ef5f33277751d2');
INSERT INTO public.slot VALUES (3, 2, '2026-11-20', '09:00', '10:00', 1, '69949d330d61d9a3c0f4ca5c9b682f7911a1c240d9e4a165ff97860017f268f9');
INSERT INTO public.slot VALUES (1, 1, '2026-11-20', '09:00', '10:00', 2, '7a583e2bb31542d4023e823b0347c0dc7cf13305117b4a7fdf5a9c6f36097ffa');
INSERT INTO public.slot VALUES (5, 2, '2026-11-20', '10:30', '11:00', 4, '90554915363eb63a03b703ec3f84241371845fe55fe65cd6a6a075ad49af8c61');
INSERT INTO public.slot VALUES (4, 2, '2026-11-20', '10:00', '10:30', 4, '52531f440fa88874a2709b8214373d591b4b250c003cdd51b256b5689a97508b');
INSERT INTO public.token VALUES (2, 1, 2, 1, '2026-11-20', 2, 'RAO-002', 'WALKIN', 5, 'WAITING', '2026-11-20T02:50:00.000000Z', NULL, NULL);
INSERT INTO public.token VALUES (4, 1, 4, 1, '2026-11-20', 4, 'RAO-004', 'EMERGENCY', 1, 'COMPLETED', '2026-11-20T03:35:00.000000Z', NULL, '2026-11-20T03:50:00.000000Z');
INSERT INTO public.token VALUES (3, 1, 3, 1, '2026-11-20', 3, 'RAO-003', 'PAID', 2, 'CANCELLED', '2026-11-20T03:00:00.000000Z', NULL, '2026-11-20T03:55:00.000000Z');
INSERT INTO public.token VALUES (6, 2, 6, 1, '2026-11-20', 6, 'RAO-006', 'ONLINE', 4, 'NO_SHOW', '2026-11-20T04:00:00.000000Z', NULL, '2026-11-20T05:00:00.000000Z');
INSERT INTO public.token VALUES (7, 2, 7, 1, '2026-11-20', 7, 'RAO-007', 'WALKIN', 5, 'ACTIVE', '2026-11-20T05:01:00.000000Z', NULL, NULL);
INSERT INTO public.token VALUES (8, 3, 8, 2, '2026-11-20', 1, 'JOB-001', 'PAID', 2, 'ACTIVE', '2026-11-20T04:10:00.000000Z', NULL, NULL);
INSERT INTO public.token VALUES (5, 1, 5, 1, '2026-11-20', 5, 'RAO-005', 'FOLLOWUP', 3, 'CANCELLED', '2026-11-20T03:36:00.000000Z', NULL, '2026-11-20T04:20:00.000000Z');
INSERT INTO public.token VALUES (1, 1, 1, 1, '2026-11-20', 1, 'RAO-001', 'ONLINE', 4, 'ACTIVE', '2026-11-20T02:40:00.000000Z', NULL, NULL);
INSERT INTO public.token VALUES (9, 4, 9, 2, '2026-11-20', 2, 'JOB-002', 'PAID', 2, 'ACTIVE', '2026-11-20T04:21:00.000000Z', NULL, NULL);
INSERT INTO public.token VALUES (10, 5, 10, 2, '2026-11-20', 3, 'JOB-003', 'ONLINE', 4, 'ACTIVE', '2026-11-20T04:22:00.000000Z', NULL, NULL);
INSERT INTO public.token VALUES (11, 5, 11, 2, '2026-11-20', 4, 'JOB-004', 'ONLINE', 4, 'ACTIVE', '2026-11-20T04:23:00.000000Z', NULL, NULL);
INSERT INTO public.token VALUES (12, 4, 12, 2, '2026-11-20', 5, 'JOB-005', 'WALKIN', 5, 'ACTIVE', '2026-11-20T04:24:00.000000Z', NULL, NULL);
INSERT INTO public.token VALUES (13, 5, 13, 2, '2026-11-20', 6, 'JOB-006', 'WALKIN', 5, 'ACTIVE', '2026-11-20T04:25:00.000000Z', NULL, NULL);
INSERT INTO public.token VALUES (14, 4, 14, 2, '2026-11-20', 7, 'JOB-007', 'WALKIN', 5, 'ACTIVE', '2026-11-20T04:26:00.000000Z', NULL, NULL);
INSERT INTO public.token VALUES (15, 5, 15, 2, '2026-11-20', 8, 'JOB-008', 'WALKIN', 5, 'CANCELLED', '2026-11-20T04:27:00.000000Z', NULL, '2026-11-20T04:29:00.000000Z');
INSERT INTO public.token VALUES (16, 4, 16, 2, '2026-11-20', 9, 'JOB-009', 'FOLLOWUP', 3, 'COMPLETED', '2026-11-20T04:28:00.000000Z', NULL, '2026-11-20T04:50:00.000000Z');
INSERT INTO public.token_counter VALUES (1, '2026-11-20', 7);
INSERT INTO public.token_counter VALUES (2, '2026-11-20', 9);
SELECT pg_catalog.setval('public.doctor_id_seq', 2, true);
SELECT pg_catalog.setval('public.hospital_id_seq', 1, false);
SELECT pg_catalog.setval('public.journal_entry_id_seq', 28, true);
SELECT pg_catalog.setval('public.journal_line_sequence_seq', 49, true);
SELECT pg_catalog.setval('public.patient_id_seq', 16, true);
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
ALTER TABLE ONLY public.journal_line
    ADD CONSTRAINT pk_journal_line PRIMARY KEY (sequence);
ALTER TABLE ONLY public.patient
    ADD CONSTRAINT pk_patient PRIMARY KEY (id);
ALTER TABLE ONLY public.slot
    ADD CONSTRAINT pk_slot PRIMARY KEY (id);
ALTER TABLE ONLY public.token
    ADD CONSTRAINT pk_token PRIMARY KEY (id);
ALTER TABLE ONLY public.token_counter
    ADD CONSTRAINT pk_token_counter PRIMARY KEY (doctor_id, date);
ALTER TABLE ONLY public.doctor
    ADD CONSTRAINT uq_doctor_code UNIQUE (code);
ALTER TABLE ONLY public.slot
    ADD CONSTRAINT uq_slot_doctor_id_date_start UNIQUE (doctor_id, date, start);
ALTER TABLE ONLY public.token
    ADD CONSTRAINT uq_token_doctor_id_date_sequence UNIQUE (doctor_id, date, sequence);
CREATE INDEX ix_journal_line_entry_id ON public.journal_line USING btree (entry_id);
CREATE INDEX ix_journal_line_slot_id ON public.journal_line USING btree (slot_id);
CREATE INDEX ix_patient_phone_key ON public.patient USING btree (phone_key) WHERE (phone_key IS NOT NULL);
CREATE INDEX ix_patient_uhid_key ON public.patient USING btree (uhid_key) WHERE (uhid_key IS NOT NULL);
CREATE INDEX ix_slot_date ON public.slot USING btree (date);
CREATE UNIQUE INDEX ix_token_number ON public.token USING btree (date, number);
CREATE INDEX ix_token_patient_id ON public.token USING btree (patient_id);
CREATE INDEX ix_token_seated ON public.token USING btree (slot_id, priority, issued_at, id) WHERE (((status)::text = 'ACTIVE'::text) AND (called_at IS NULL));
CREATE INDEX ix_token_slot_id_issued_at ON public.token USING btree (slot_id, issued_at);
CREATE INDEX ix_token_slot_id_status ON public.token USING btree (slot_id, status);
CREATE INDEX ix_token_waiting ON public.token USING btree (slot_id, priority, issued_at, id) WHERE ((status)::text = 'WAITING'::text);
CREATE TRIGGER journal_entry_is_kept BEFORE DELETE OR UPDATE OR TRUNCATE ON public.journal_entry FOR EACH STATEMENT EXECUTE FUNCTION public.journal_is_kept();
CREATE TRIGGER journal_line_is_kept BEFORE DELETE OR UPDATE OR TRUNCATE ON public.journal_line FOR EACH STATEMENT EXECUTE FUNCTION public.journal_is_kept();
CREATE TRIGGER slot_keeps_room AFTER UPDATE OF capacity ON public.slot FOR EACH ROW EXECUTE FUNCTION public.slot_keeps_room();
CREATE TRIGGER slot_overlap AFTER INSERT OR UPDATE OF doctor_id, date, start, "end" ON public.slot FOR EACH ROW EXECUTE FUNCTION public.slot_overlap();
CREATE TRIGGER token_takes_seat AFTER INSERT OR UPDATE OF status, slot_id ON public.token FOR EACH ROW WHEN (((new.status)::text = ANY ((ARRAY['ACTIVE'::character varying, 'COMPLETED'::character varying])::text[]))) EXECUTE FUNCTION public.token_takes_seat();
ALTER TABLE ONLY public.idempotency_key
    ADD CONSTRAINT fk_idempotency_key_entry_id_journal_entry FOREIGN KEY (entry_id) REFERENCES public.journal_entry(id);
ALTER TABLE ONLY public.journal_line
    ADD CONSTRAINT fk_journal_line_because_of_token FOREIGN KEY (because_of) REFERENCES public.token(id);
ALTER TABLE ONLY public.journal_line
    ADD CONSTRAINT fk_journal_line_doctor_id_doctor FOREIGN KEY (doctor_id) REFERENCES public.doctor(id);
ALTER TABLE ONLY public.journal_line
    ADD CONSTRAINT fk_journal_line_entry_id_journal_entry FOREIGN KEY (entry_id) REFERENCES public.journal_entry(id);
ALTER TABLE ONLY public.journal_line
    ADD CONSTRAINT fk_journal_line_slot_id_slot FOREIGN KEY (slot_id) REFERENCES public.slot(id);
ALTER TABLE ONLY public.journal_line
    ADD CONSTRAINT fk_journal_line_token_id_token FOREIGN KEY (token_id) REFERENCES public.token(id);
ALTER TABLE ONLY public.slot
    ADD CONSTRAINT fk_slot_doctor_id_doctor FOREIGN KEY (doctor_id) REFERENCES public.doctor(id);
ALTER TABLE ONLY public.token_counter
    ADD CONSTRAINT fk_token_counter_doctor_id_doctor FOREIGN KEY (doctor_id) REFERENCES public.doctor(id);
ALTER TABLE ONLY public.token
    ADD CONSTRAINT fk_token_doctor_id_doctor FOREIGN KEY (doctor_id) REFERENCES public.doctor(id);
ALTER TABLE ONLY public.token
    ADD CONSTRAINT fk_token_patient_id_patient FOREIGN KEY (patient_id) REFERENCES public.patient(id);
ALTER TABLE ONLY public.token
    ADD CONSTRAINT fk_token_slot_id_slot FOREIGN KEY (slot_id) REFERENCES public.slot(id);
