-- Schema 3 on SQLite, where a column's type and a table's constraints change with the table.
-- SQLite's own procedure: a new table under another name, the rows, the old table away, the new one in its place.

CREATE TABLE doctor_3 (
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
INSERT INTO doctor_3 (id, code, name, specialty, room) SELECT id, code, name, specialty, room FROM doctor;
DROP TABLE doctor;
ALTER TABLE doctor_3 RENAME TO doctor;
CREATE UNIQUE INDEX uq_doctor_code ON doctor (code) WHERE withdrawn_at IS NULL;

CREATE TABLE slot_3 (
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
INSERT INTO slot_3 (id, doctor_id, date, start, "end", capacity, journal_hash) SELECT id, doctor_id, date, start, "end", capacity, journal_hash FROM slot;
DROP TABLE slot;
ALTER TABLE slot_3 RENAME TO slot;
CREATE INDEX ix_slot_date ON slot (date);
CREATE UNIQUE INDEX uq_slot_doctor_id_date_start ON slot (doctor_id, date, start) WHERE withdrawn_at IS NULL;

CREATE TABLE patient_3 (
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
INSERT INTO patient_3 (id, name, phone, uhid, birth_year, sex, name_key, phone_key, uhid_key)
    SELECT id, name, phone, uhid, birth_year, sex, name_key, phone_key, uhid_key
    FROM patient;
DROP TABLE patient;
ALTER TABLE patient_3 RENAME TO patient;
CREATE INDEX ix_patient_phone_key_name_key ON patient (phone_key, name_key) WHERE phone_key IS NOT NULL;
CREATE INDEX ix_patient_uhid_key ON patient (uhid_key) WHERE uhid_key IS NOT NULL;

CREATE TABLE token_3 (
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
INSERT INTO token_3 (id, slot_id, patient_id, doctor_id, date, sequence, number, source, priority, status, issued_at, called_at, closed_at)
    SELECT id, slot_id, patient_id, doctor_id, date, sequence, number, source, priority, status, issued_at, called_at, closed_at
    FROM token;
DROP TABLE token;
ALTER TABLE token_3 RENAME TO token;
CREATE UNIQUE INDEX ix_token_number ON token (date, number);
CREATE INDEX ix_token_patient_id ON token (patient_id);
CREATE INDEX ix_token_seated ON token (slot_id, priority, issued_at, id) WHERE status = 'ACTIVE' AND called_at IS NULL;
CREATE INDEX ix_token_slot_id_issued_at ON token (slot_id, issued_at);
CREATE INDEX ix_token_slot_id_status ON token (slot_id, status);
CREATE INDEX ix_token_waiting ON token (slot_id, priority, issued_at, id) WHERE status = 'WAITING';

CREATE TABLE journal_entry_3 (
    id INTEGER NOT NULL,
    action VARCHAR(64) NOT NULL,
    at VARCHAR(27) NOT NULL,
    recorded_at VARCHAR(27) NOT NULL,
    operator VARCHAR(120) NOT NULL,
    desk VARCHAR(120) NOT NULL,
    road VARCHAR(16) DEFAULT '' NOT NULL,
    CONSTRAINT pk_journal_entry PRIMARY KEY (id)
);
INSERT INTO journal_entry_3 (id, action, at, recorded_at, operator, desk) SELECT id, action, at, recorded_at, operator, desk FROM journal_entry;
DROP TABLE journal_entry;
ALTER TABLE journal_entry_3 RENAME TO journal_entry;

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
CREATE INDEX ix_journal_event_subject ON journal_event (subject, subject_id);
