PRAGMA application_id=1330660436;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT pk_alembic_version PRIMARY KEY (version_num)
);
CREATE TABLE doctor (
	id INTEGER NOT NULL, 
	code VARCHAR(6) NOT NULL, 
	name VARCHAR(120) NOT NULL, 
	specialty VARCHAR(120), 
	room VARCHAR(40), 
	retired_at VARCHAR(27), 
	withdrawn_at VARCHAR(27), 
	CONSTRAINT pk_doctor PRIMARY KEY (id), 
	CONSTRAINT ck_doctor_code_length CHECK (length(code) BETWEEN 1 AND 6), 
	CONSTRAINT ck_doctor_name_length CHECK (length(name) BETWEEN 1 AND 120)
);
CREATE TABLE hospital (
	id INTEGER NOT NULL CONSTRAINT ck_hospital_single_row CHECK (id = 1), 
	schema_version INTEGER NOT NULL, 
	program_version VARCHAR(32) DEFAULT '' NOT NULL, 
	time_zone VARCHAR(64) NOT NULL, 
	created_at VARCHAR(27) NOT NULL, 
	journal_hash VARCHAR(64) DEFAULT '' NOT NULL, 
	file_stamp VARCHAR(64) DEFAULT '' NOT NULL, 
	CONSTRAINT pk_hospital PRIMARY KEY (id)
);
CREATE TABLE idempotency_key (
	"key" VARCHAR(64) NOT NULL, 
	fingerprint VARCHAR(64) NOT NULL, 
	entry_id INTEGER NOT NULL, 
	CONSTRAINT pk_idempotency_key PRIMARY KEY ("key"), 
	CONSTRAINT fk_idempotency_key_entry_id_journal_entry FOREIGN KEY(entry_id) REFERENCES journal_entry (id)
)
 WITHOUT ROWID

;
CREATE TABLE journal_entry (
	id INTEGER NOT NULL, 
	action VARCHAR(64) NOT NULL, 
	at VARCHAR(27) NOT NULL, 
	recorded_at VARCHAR(27) NOT NULL, 
	operator VARCHAR(120) NOT NULL, 
	desk VARCHAR(120) NOT NULL, 
	road VARCHAR(16) DEFAULT '' NOT NULL, 
	CONSTRAINT pk_journal_entry PRIMARY KEY (id)
);
CREATE TABLE journal_event (
	entry_id INTEGER NOT NULL, 
	number INTEGER NOT NULL, 
	kind VARCHAR(64) NOT NULL, 
	subject VARCHAR(16) NOT NULL, 
	subject_id INTEGER NOT NULL, 
	slot_id INTEGER, 
	cause VARCHAR(16), 
	cause_id INTEGER, 
	"before" TEXT, 
	"after" TEXT NOT NULL, 
	details TEXT NOT NULL, 
	format INTEGER NOT NULL, 
	hash VARCHAR(64) NOT NULL, 
	CONSTRAINT pk_journal_event PRIMARY KEY (entry_id, number), 
	CONSTRAINT fk_journal_event_entry_id_journal_entry FOREIGN KEY(entry_id) REFERENCES journal_entry (id), 
	CONSTRAINT fk_journal_event_slot_id_slot FOREIGN KEY(slot_id) REFERENCES slot (id)
);
CREATE TABLE patient (
	id INTEGER NOT NULL, 
	name VARCHAR(120) NOT NULL, 
	phone VARCHAR(40), 
	uhid VARCHAR(64), 
	birth_year INTEGER, 
	sex VARCHAR(7), 
	name_key VARCHAR(480) NOT NULL, 
	phone_key VARCHAR(15), 
	uhid_key VARCHAR(200), 
	forgotten_at VARCHAR(27), 
	merged_into INTEGER, 
	CONSTRAINT pk_patient PRIMARY KEY (id), 
	CONSTRAINT ck_patient_name_length CHECK (length(name) BETWEEN 1 AND 120), 
	CONSTRAINT fk_patient_merged_into_patient FOREIGN KEY(merged_into) REFERENCES patient (id)
);
CREATE TABLE slot (
	id INTEGER NOT NULL, 
	doctor_id INTEGER NOT NULL, 
	date VARCHAR(10) NOT NULL, 
	start VARCHAR(5) NOT NULL, 
	"end" VARCHAR(5) NOT NULL, 
	capacity INTEGER NOT NULL, 
	journal_hash VARCHAR(64) DEFAULT '' NOT NULL, 
	closed_at VARCHAR(27), 
	delay_minutes INTEGER, 
	withdrawn_at VARCHAR(27), 
	CONSTRAINT pk_slot PRIMARY KEY (id), 
	CONSTRAINT ck_slot_start_before_end CHECK ("start" < "end"), 
	CONSTRAINT ck_slot_capacity_at_least_one CHECK (capacity >= 1), 
	CONSTRAINT fk_slot_doctor_id_doctor FOREIGN KEY(doctor_id) REFERENCES doctor (id)
);
CREATE TABLE token (
	id INTEGER NOT NULL, 
	slot_id INTEGER NOT NULL, 
	patient_id INTEGER NOT NULL, 
	doctor_id INTEGER NOT NULL, 
	date VARCHAR(10) NOT NULL, 
	sequence INTEGER NOT NULL, 
	number VARCHAR(16) NOT NULL, 
	source VARCHAR(16) NOT NULL, 
	priority INTEGER NOT NULL, 
	status VARCHAR(16) NOT NULL, 
	issued_at VARCHAR(27) NOT NULL, 
	called_at VARCHAR(27), 
	closed_at VARCHAR(27), 
	checked_in_at VARCHAR(27), 
	returned_at VARCHAR(27), 
	held_at VARCHAR(27), 
	hold_reason VARCHAR(16), 
	to_tell_since VARCHAR(27), 
	replaces INTEGER, 
	CONSTRAINT pk_token PRIMARY KEY (id), 
	CONSTRAINT uq_token_doctor_id_date_sequence UNIQUE (doctor_id, date, sequence), 
	CONSTRAINT ck_token_sequence_from_one CHECK (sequence >= 1), 
	CONSTRAINT ck_token_status_known CHECK (status IN ('WAITING', 'ACTIVE', 'COMPLETED', 'CANCELLED', 'NO_SHOW')), 
	CONSTRAINT ck_token_source_has_its_priority CHECK (CASE source WHEN 'EMERGENCY' THEN priority = 1 WHEN 'PAID' THEN priority = 2 WHEN 'FOLLOWUP' THEN priority = 3 WHEN 'ONLINE' THEN priority = 4 WHEN 'WALKIN' THEN priority = 5 ELSE 0 = 1 END), 
	CONSTRAINT ck_token_closed_when_not_open CHECK ((closed_at IS NULL) = (status IN ('WAITING', 'ACTIVE'))), 
	CONSTRAINT fk_token_slot_id_slot FOREIGN KEY(slot_id) REFERENCES slot (id), 
	CONSTRAINT fk_token_patient_id_patient FOREIGN KEY(patient_id) REFERENCES patient (id), 
	CONSTRAINT fk_token_doctor_id_doctor FOREIGN KEY(doctor_id) REFERENCES doctor (id), 
	CONSTRAINT fk_token_replaces_token FOREIGN KEY(replaces) REFERENCES token (id)
);
CREATE TABLE token_counter (
	doctor_id INTEGER NOT NULL, 
	date VARCHAR(10) NOT NULL, 
	last INTEGER NOT NULL, 
	CONSTRAINT pk_token_counter PRIMARY KEY (doctor_id, date), 
	CONSTRAINT fk_token_counter_doctor_id_doctor FOREIGN KEY(doctor_id) REFERENCES doctor (id)
)
 WITHOUT ROWID

;
CREATE UNIQUE INDEX uq_doctor_code ON doctor (code) WHERE withdrawn_at IS NULL;
CREATE INDEX ix_patient_uhid_key ON patient (uhid_key) WHERE uhid_key IS NOT NULL;
CREATE INDEX ix_patient_phone_key_name_key ON patient (phone_key, name_key) WHERE phone_key IS NOT NULL;
CREATE UNIQUE INDEX uq_slot_doctor_id_date_start ON slot (doctor_id, date, start) WHERE withdrawn_at IS NULL;
CREATE INDEX ix_slot_date ON slot (date);
CREATE INDEX ix_token_slot_id_issued_at ON token (slot_id, issued_at);
CREATE INDEX ix_token_seated ON token (slot_id, priority, issued_at, id) WHERE status = 'ACTIVE' AND called_at IS NULL;
CREATE INDEX ix_token_waiting ON token (slot_id, priority, issued_at, id) WHERE status = 'WAITING';
CREATE UNIQUE INDEX ix_token_number ON token (date, number);
CREATE INDEX ix_token_slot_id_status ON token (slot_id, status);
CREATE INDEX ix_token_patient_id ON token (patient_id);
CREATE INDEX ix_journal_event_subject ON journal_event (subject, subject_id);
CREATE TRIGGER token_takes_seat_at_issue AFTER INSERT ON token
    WHEN NEW.status IN ('ACTIVE', 'COMPLETED') AND (SELECT count(*) FROM token WHERE slot_id = NEW.slot_id AND status IN ('ACTIVE', 'COMPLETED')) > (SELECT capacity FROM slot WHERE id = NEW.slot_id)
    BEGIN SELECT RAISE(ABORT, 'a slot never holds more tokens than its capacity'); END;
CREATE TRIGGER token_takes_seat AFTER UPDATE OF status, slot_id ON token
    WHEN NEW.status IN ('ACTIVE', 'COMPLETED') AND (SELECT count(*) FROM token WHERE slot_id = NEW.slot_id AND status IN ('ACTIVE', 'COMPLETED')) > (SELECT capacity FROM slot WHERE id = NEW.slot_id)
    BEGIN SELECT RAISE(ABORT, 'a slot never holds more tokens than its capacity'); END;
CREATE TRIGGER slot_keeps_room AFTER UPDATE OF capacity ON slot
    WHEN (SELECT count(*) FROM token WHERE slot_id = NEW.id AND status IN ('ACTIVE', 'COMPLETED')) > NEW.capacity
    BEGIN SELECT RAISE(ABORT, 'a slot never holds more tokens than its capacity'); END;
CREATE TRIGGER slot_overlap_insert AFTER INSERT ON slot
        WHEN EXISTS (
            SELECT 1 FROM slot WHERE doctor_id = NEW.doctor_id AND date = NEW.date AND id <> NEW.id
            AND "start" < NEW."end" AND NEW."start" < "end" AND withdrawn_at IS NULL AND NEW.withdrawn_at IS NULL
        )
        BEGIN SELECT RAISE(ABORT, 'slots of one doctor never overlap'); END;
CREATE TRIGGER slot_overlap_update AFTER UPDATE OF doctor_id, date, "start", "end", withdrawn_at ON slot
        WHEN EXISTS (
            SELECT 1 FROM slot WHERE doctor_id = NEW.doctor_id AND date = NEW.date AND id <> NEW.id
            AND "start" < NEW."end" AND NEW."start" < "end" AND withdrawn_at IS NULL AND NEW.withdrawn_at IS NULL
        )
        BEGIN SELECT RAISE(ABORT, 'slots of one doctor never overlap'); END;
CREATE TRIGGER journal_entry_no_update BEFORE UPDATE ON journal_entry
        BEGIN SELECT RAISE(ABORT, 'the journal is only ever added to'); END;
CREATE TRIGGER journal_entry_no_delete BEFORE DELETE ON journal_entry
        BEGIN SELECT RAISE(ABORT, 'the journal is only ever added to'); END;
CREATE TRIGGER journal_event_no_update BEFORE UPDATE ON journal_event
        BEGIN SELECT RAISE(ABORT, 'the journal is only ever added to'); END;
CREATE TRIGGER journal_event_no_delete BEFORE DELETE ON journal_event
        BEGIN SELECT RAISE(ABORT, 'the journal is only ever added to'); END;
CREATE TRIGGER journal_entry_no_replace BEFORE INSERT ON journal_entry
        WHEN EXISTS (SELECT 1 FROM journal_entry WHERE id = NEW.id)
        BEGIN SELECT RAISE(ABORT, 'the journal is only ever added to'); END;
CREATE TRIGGER journal_event_no_replace BEFORE INSERT ON journal_event
        WHEN EXISTS (SELECT 1 FROM journal_event WHERE entry_id = NEW.entry_id AND number = NEW.number)
        BEGIN SELECT RAISE(ABORT, 'the journal is only ever added to'); END;
CREATE TRIGGER journal_event_is_chained BEFORE INSERT ON journal_event WHEN length(NEW.hash) <> 64
    BEGIN SELECT RAISE(ABORT, 'an event of the journal carries its hash'); END;
