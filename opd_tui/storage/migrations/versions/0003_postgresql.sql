-- Schema 3 on PostgreSQL. The reference of patient.merged_into is added once no joined row is left to be deleted.

ALTER TABLE doctor
    ADD COLUMN retired_at VARCHAR(27) COLLATE "C",
    ADD COLUMN withdrawn_at VARCHAR(27) COLLATE "C",
    DROP CONSTRAINT uq_doctor_code;
CREATE UNIQUE INDEX uq_doctor_code ON doctor (code) WHERE withdrawn_at IS NULL;

ALTER TABLE slot
    ADD COLUMN closed_at VARCHAR(27) COLLATE "C",
    ADD COLUMN delay_minutes INTEGER,
    ADD COLUMN withdrawn_at VARCHAR(27) COLLATE "C",
    DROP CONSTRAINT uq_slot_doctor_id_date_start;
CREATE UNIQUE INDEX uq_slot_doctor_id_date_start ON slot (doctor_id, date, start) WHERE withdrawn_at IS NULL;

ALTER TABLE patient
    ADD COLUMN forgotten_at VARCHAR(27) COLLATE "C",
    ADD COLUMN merged_into BIGINT;

ALTER TABLE token
    DROP CONSTRAINT ck_token_status_known,
    DROP CONSTRAINT ck_token_closed_when_not_open,
    ALTER COLUMN source TYPE VARCHAR(16),
    ALTER COLUMN status TYPE VARCHAR(16),
    ADD COLUMN checked_in_at VARCHAR(27) COLLATE "C",
    ADD COLUMN returned_at VARCHAR(27) COLLATE "C",
    ADD COLUMN held_at VARCHAR(27) COLLATE "C",
    ADD COLUMN hold_reason VARCHAR(16),
    ADD COLUMN to_tell_since VARCHAR(27) COLLATE "C",
    ADD COLUMN replaces BIGINT,
    ADD CONSTRAINT ck_token_status_known
        CHECK (status IN ('WAITING', 'ACTIVE', 'COMPLETED', 'CANCELLED', 'NO_SHOW')),
    ADD CONSTRAINT ck_token_closed_when_not_open
        CHECK ((closed_at IS NULL) = (status IN ('WAITING', 'ACTIVE'))),
    ADD CONSTRAINT fk_token_replaces_token FOREIGN KEY (replaces) REFERENCES token (id);

ALTER TABLE journal_entry
    ALTER COLUMN action TYPE VARCHAR(64),
    ADD COLUMN road VARCHAR(16) DEFAULT '' NOT NULL;

CREATE TABLE journal_event (
    entry_id BIGINT NOT NULL,
    number INTEGER NOT NULL,
    kind VARCHAR(64) NOT NULL,
    subject VARCHAR(16) NOT NULL,
    subject_id BIGINT NOT NULL,
    slot_id BIGINT,
    cause VARCHAR(16),
    cause_id BIGINT,
    before TEXT,
    after TEXT NOT NULL,
    details TEXT NOT NULL,
    format INTEGER NOT NULL,
    hash VARCHAR(64) NOT NULL,
    CONSTRAINT pk_journal_event PRIMARY KEY (entry_id, number),
    CONSTRAINT fk_journal_event_entry_id_journal_entry FOREIGN KEY (entry_id) REFERENCES journal_entry (id),
    CONSTRAINT fk_journal_event_slot_id_slot FOREIGN KEY (slot_id) REFERENCES slot (id)
);
CREATE INDEX ix_journal_event_subject ON journal_event (subject, subject_id);
