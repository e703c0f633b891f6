PRAGMA journal_mode=WAL;
PRAGMA application_id=1330660436;
BEGIN TRANSACTION;
CREATE TABLE doctor (
	id INTEGER NOT NULL, 
	code VARCHAR(6) NOT NULL, 
	name VARCHAR(120) NOT NULL, 
	specialty VARCHAR(120), 
	room VARCHAR(40), 
	CONSTRAINT pk_doctor PRIMARY KEY (id), 
	CONSTRAINT ck_doctor_code_length CHECK (length(code) BETWEEN 1 AND 6), 
	CONSTRAINT ck_doctor_name_length CHECK (length(name) BETWEEN 1 AND 120), 
	CONSTRAINT uq_doctor_code UNIQUE (code)
);
INSERT INTO "doctor" VALUES(1,'RAO','Dr Anil Rao','Orthopedics','12');
INSERT INTO "doctor" VALUES(2,'JOB','Dr José O''Brien',NULL,NULL);
CREATE TABLE hospital (
	id INTEGER NOT NULL CONSTRAINT ck_hospital_single_row CHECK (id = 1), 
	schema_version INTEGER NOT NULL, 
	time_zone VARCHAR(64) NOT NULL, 
	created_at VARCHAR(27) NOT NULL, 
	CONSTRAINT pk_hospital PRIMARY KEY (id)
);
INSERT INTO "hospital" VALUES(1,1,'Asia/Kolkata','2026-11-20T06:00:00.000000Z');
CREATE TABLE idempotency_key (
	"key" VARCHAR(64) NOT NULL, 
	fingerprint VARCHAR(64) NOT NULL, 
	entry_id INTEGER NOT NULL, 
	CONSTRAINT pk_idempotency_key PRIMARY KEY ("key"), 
	CONSTRAINT fk_idempotency_key_entry_id_journal_entry FOREIGN KEY(entry_id) REFERENCES journal_entry (id)
)
 WITHOUT ROWID

;
INSERT INTO "idempotency_key" VALUES('booking-1','d2f09183ea29e29a52e2e23968bc90b041a56d1e44fe881df9c80ce638652f0d',5);
INSERT INTO "idempotency_key" VALUES('booking-2','e4d3bf34427b21e784f3690b3ad6633dcee62eda83e77b5da303d174eb1667df',7);
INSERT INTO "idempotency_key" VALUES('cancel-3','57ac8da8f60d6fdd7e9a07d4c80bd542c1b5f12c44b5dd667b3dbba9312d785f',11);
CREATE TABLE journal_entry (
	id INTEGER NOT NULL, 
	action VARCHAR(32) NOT NULL, 
	at VARCHAR(27) NOT NULL, 
	recorded_at VARCHAR(27) NOT NULL, 
	operator VARCHAR(120) NOT NULL, 
	desk VARCHAR(120) NOT NULL, 
	CONSTRAINT pk_journal_entry PRIMARY KEY (id)
);
INSERT INTO "journal_entry" VALUES(1,'add_doctor','2026-11-20T02:30:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1');
INSERT INTO "journal_entry" VALUES(2,'add_doctor','2026-11-20T02:31:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1');
INSERT INTO "journal_entry" VALUES(3,'open_session','2026-11-20T02:32:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1');
INSERT INTO "journal_entry" VALUES(4,'open_slot','2026-11-20T02:33:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1');
INSERT INTO "journal_entry" VALUES(5,'issue_token','2026-11-20T02:40:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1');
INSERT INTO "journal_entry" VALUES(6,'issue_token','2026-11-20T02:50:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1');
INSERT INTO "journal_entry" VALUES(7,'issue_token','2026-11-20T03:00:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1');
INSERT INTO "journal_entry" VALUES(8,'issue_token','2026-11-20T03:35:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1');
INSERT INTO "journal_entry" VALUES(9,'issue_token','2026-11-20T03:36:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1');
INSERT INTO "journal_entry" VALUES(10,'complete_token','2026-11-20T03:50:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1');
INSERT INTO "journal_entry" VALUES(11,'cancel_token','2026-11-20T03:55:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1');
INSERT INTO "journal_entry" VALUES(12,'issue_token','2026-11-20T04:00:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1');
INSERT INTO "journal_entry" VALUES(13,'mark_no_show','2026-11-20T05:00:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1');
INSERT INTO "journal_entry" VALUES(14,'issue_token','2026-11-20T05:01:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1');
INSERT INTO "journal_entry" VALUES(15,'issue_token','2026-11-20T04:10:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1');
INSERT INTO "journal_entry" VALUES(16,'cancel_token','2026-11-20T04:20:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1');
CREATE TABLE journal_line (
	sequence INTEGER NOT NULL, 
	entry_id INTEGER NOT NULL, 
	doctor_id INTEGER, 
	slot_id INTEGER, 
	token_id INTEGER, 
	from_status VARCHAR(9), 
	to_status VARCHAR(9), 
	reason VARCHAR(9), 
	because_of INTEGER, 
	facts JSON NOT NULL, 
	CONSTRAINT pk_journal_line PRIMARY KEY (sequence), 
	CONSTRAINT ck_journal_line_from_status_known CHECK (from_status IN ('WAITING', 'ACTIVE', 'COMPLETED', 'CANCELLED', 'NO_SHOW')), 
	CONSTRAINT ck_journal_line_to_status_known CHECK (to_status IN ('WAITING', 'ACTIVE', 'COMPLETED', 'CANCELLED', 'NO_SHOW')), 
	CONSTRAINT ck_journal_line_reason_known CHECK (reason IN ('ISSUED', 'ALLOCATED', 'PREEMPTED', 'PROMOTED', 'CANCELLED', 'NO_SHOW', 'COMPLETED')), 
	CONSTRAINT fk_journal_line_entry_id_journal_entry FOREIGN KEY(entry_id) REFERENCES journal_entry (id), 
	CONSTRAINT fk_journal_line_doctor_id_doctor FOREIGN KEY(doctor_id) REFERENCES doctor (id), 
	CONSTRAINT fk_journal_line_slot_id_slot FOREIGN KEY(slot_id) REFERENCES slot (id), 
	CONSTRAINT fk_journal_line_token_id_token FOREIGN KEY(token_id) REFERENCES token (id), 
	CONSTRAINT fk_journal_line_because_of_token FOREIGN KEY(because_of) REFERENCES token (id)
);
INSERT INTO "journal_line" VALUES(1,1,1,NULL,NULL,NULL,NULL,NULL,NULL,'{"code": "RAO", "specialty": "Orthopedics", "room": "12"}');
INSERT INTO "journal_line" VALUES(2,2,2,NULL,NULL,NULL,NULL,NULL,NULL,'{"code": "JOB"}');
INSERT INTO "journal_line" VALUES(3,3,1,1,NULL,NULL,NULL,NULL,NULL,'{"date": "2026-11-20", "start": "09:00", "end": "10:00", "capacity": 2}');
INSERT INTO "journal_line" VALUES(4,3,1,2,NULL,NULL,NULL,NULL,NULL,'{"date": "2026-11-20", "start": "10:00", "end": "11:00", "capacity": 2}');
INSERT INTO "journal_line" VALUES(5,4,2,3,NULL,NULL,NULL,NULL,NULL,'{"date": "2026-11-20", "start": "09:00", "end": "10:00", "capacity": 1}');
INSERT INTO "journal_line" VALUES(6,5,NULL,1,1,NULL,'WAITING','ISSUED',NULL,'{"patient": 1, "number": "RAO-001", "source": "ONLINE", "priority": 4, "issued_at": "2026-11-20T02:40:00.000000Z"}');
INSERT INTO "journal_line" VALUES(7,5,NULL,1,1,'WAITING','ACTIVE','ALLOCATED',NULL,'{}');
INSERT INTO "journal_line" VALUES(8,6,NULL,1,2,NULL,'WAITING','ISSUED',NULL,'{"patient": 2, "number": "RAO-002", "source": "WALKIN", "priority": 5, "issued_at": "2026-11-20T02:50:00.000000Z"}');
INSERT INTO "journal_line" VALUES(9,6,NULL,1,2,'WAITING','ACTIVE','ALLOCATED',NULL,'{}');
INSERT INTO "journal_line" VALUES(10,7,NULL,1,3,NULL,'WAITING','ISSUED',NULL,'{"patient": 3, "number": "RAO-003", "source": "PAID", "priority": 2, "issued_at": "2026-11-20T03:00:00.000000Z"}');
INSERT INTO "journal_line" VALUES(11,7,NULL,1,2,'ACTIVE','WAITING','PREEMPTED',3,'{}');
INSERT INTO "journal_line" VALUES(12,7,NULL,1,3,'WAITING','ACTIVE','ALLOCATED',NULL,'{}');
INSERT INTO "journal_line" VALUES(13,8,NULL,1,4,NULL,'WAITING','ISSUED',NULL,'{"patient": 4, "number": "RAO-004", "source": "EMERGENCY", "priority": 1, "issued_at": "2026-11-20T03:35:00.000000Z"}');
INSERT INTO "journal_line" VALUES(14,8,NULL,1,1,'ACTIVE','WAITING','PREEMPTED',4,'{}');
INSERT INTO "journal_line" VALUES(15,8,NULL,1,4,'WAITING','ACTIVE','ALLOCATED',NULL,'{}');
INSERT INTO "journal_line" VALUES(16,9,NULL,1,5,NULL,'WAITING','ISSUED',NULL,'{"patient": 5, "number": "RAO-005", "source": "FOLLOWUP", "priority": 3, "issued_at": "2026-11-20T03:36:00.000000Z"}');
INSERT INTO "journal_line" VALUES(17,10,NULL,1,4,'ACTIVE','COMPLETED','COMPLETED',NULL,'{}');
INSERT INTO "journal_line" VALUES(18,11,NULL,1,3,'ACTIVE','CANCELLED','CANCELLED',NULL,'{}');
INSERT INTO "journal_line" VALUES(19,11,NULL,1,5,'WAITING','ACTIVE','PROMOTED',3,'{}');
INSERT INTO "journal_line" VALUES(20,12,NULL,2,6,NULL,'WAITING','ISSUED',NULL,'{"patient": 6, "number": "RAO-006", "source": "ONLINE", "priority": 4, "issued_at": "2026-11-20T04:00:00.000000Z"}');
INSERT INTO "journal_line" VALUES(21,12,NULL,2,6,'WAITING','ACTIVE','ALLOCATED',NULL,'{}');
INSERT INTO "journal_line" VALUES(22,13,NULL,2,6,'ACTIVE','NO_SHOW','NO_SHOW',NULL,'{}');
INSERT INTO "journal_line" VALUES(23,14,NULL,2,7,NULL,'WAITING','ISSUED',NULL,'{"patient": 7, "number": "RAO-007", "source": "WALKIN", "priority": 5, "issued_at": "2026-11-20T05:01:00.000000Z"}');
INSERT INTO "journal_line" VALUES(24,14,NULL,2,7,'WAITING','ACTIVE','ALLOCATED',NULL,'{}');
INSERT INTO "journal_line" VALUES(25,15,NULL,3,8,NULL,'WAITING','ISSUED',NULL,'{"patient": 8, "number": "JOB-001", "source": "PAID", "priority": 2, "issued_at": "2026-11-20T04:10:00.000000Z"}');
INSERT INTO "journal_line" VALUES(26,15,NULL,3,8,'WAITING','ACTIVE','ALLOCATED',NULL,'{}');
INSERT INTO "journal_line" VALUES(27,16,NULL,1,5,'ACTIVE','CANCELLED','CANCELLED',NULL,'{}');
INSERT INTO "journal_line" VALUES(28,16,NULL,1,1,'WAITING','ACTIVE','PROMOTED',5,'{}');
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
	CONSTRAINT pk_patient PRIMARY KEY (id), 
	CONSTRAINT ck_patient_name_length CHECK (length(name) BETWEEN 1 AND 120)
);
INSERT INTO "patient" VALUES(1,'Asha Verma','98765 43210','MRN 17',1980,'female','ashaverma','9876543210','mrn17');
INSERT INTO "patient" VALUES(2,'Ravi Kumar',NULL,NULL,NULL,NULL,'ravikumar',NULL,NULL);
INSERT INTO "patient" VALUES(3,'सुनीता राव','+91 99999 00000',NULL,NULL,NULL,'सुनीताराव','9999900000',NULL);
INSERT INTO "patient" VALUES(4,'Kabir Mehta',NULL,NULL,NULL,NULL,'kabirmehta',NULL,NULL);
INSERT INTO "patient" VALUES(5,'Diya Joseph',NULL,NULL,NULL,NULL,'diyajoseph',NULL,NULL);
INSERT INTO "patient" VALUES(6,'Imran Khan',NULL,NULL,NULL,NULL,'imrankhan',NULL,NULL);
INSERT INTO "patient" VALUES(7,'Meera Nair',NULL,NULL,NULL,NULL,'meeranair',NULL,NULL);
INSERT INTO "patient" VALUES(8,'Asha Verma','9876543210',NULL,NULL,NULL,'ashaverma','9876543210',NULL);
CREATE TABLE slot (
	id INTEGER NOT NULL, 
	doctor_id INTEGER NOT NULL, 
	date VARCHAR(10) NOT NULL, 
	start VARCHAR(5) NOT NULL, 
	"end" VARCHAR(5) NOT NULL, 
	capacity INTEGER NOT NULL, 
	CONSTRAINT pk_slot PRIMARY KEY (id), 
	CONSTRAINT uq_slot_doctor_id_date_start UNIQUE (doctor_id, date, start), 
	CONSTRAINT ck_slot_start_before_end CHECK ("start" < "end"), 
	CONSTRAINT ck_slot_capacity_at_least_one CHECK (capacity >= 1), 
	CONSTRAINT fk_slot_doctor_id_doctor FOREIGN KEY(doctor_id) REFERENCES doctor (id)
);
INSERT INTO "slot" VALUES(1,1,'2026-11-20','09:00','10:00',2);
INSERT INTO "slot" VALUES(2,1,'2026-11-20','10:00','11:00',2);
INSERT INTO "slot" VALUES(3,2,'2026-11-20','09:00','10:00',1);
CREATE TABLE token (
	id INTEGER NOT NULL, 
	slot_id INTEGER NOT NULL, 
	patient_id INTEGER NOT NULL, 
	doctor_id INTEGER NOT NULL, 
	date VARCHAR(10) NOT NULL, 
	sequence INTEGER NOT NULL, 
	number VARCHAR(16) NOT NULL, 
	source VARCHAR(9) NOT NULL, 
	priority INTEGER NOT NULL, 
	status VARCHAR(9) NOT NULL, 
	issued_at VARCHAR(27) NOT NULL, 
	called_at VARCHAR(27), 
	closed_at VARCHAR(27), 
	CONSTRAINT pk_token PRIMARY KEY (id), 
	CONSTRAINT uq_token_doctor_id_date_sequence UNIQUE (doctor_id, date, sequence), 
	CONSTRAINT ck_token_sequence_from_one CHECK (sequence >= 1), 
	CONSTRAINT ck_token_status_known CHECK (status IN ('WAITING', 'ACTIVE', 'COMPLETED', 'CANCELLED', 'NO_SHOW')), 
	CONSTRAINT ck_token_source_has_its_priority CHECK (CASE source WHEN 'EMERGENCY' THEN priority = 1 WHEN 'PAID' THEN priority = 2 WHEN 'FOLLOWUP' THEN priority = 3 WHEN 'ONLINE' THEN priority = 4 WHEN 'WALKIN' THEN priority = 5 ELSE 0 = 1 END), 
	CONSTRAINT ck_token_closed_when_not_open CHECK ((closed_at IS NULL) = (status IN ('WAITING', 'ACTIVE'))), 
	CONSTRAINT fk_token_slot_id_slot FOREIGN KEY(slot_id) REFERENCES slot (id), 
	CONSTRAINT fk_token_patient_id_patient FOREIGN KEY(patient_id) REFERENCES patient (id), 
	CONSTRAINT fk_token_doctor_id_doctor FOREIGN KEY(doctor_id) REFERENCES doctor (id)
);
INSERT INTO "token" VALUES(1,1,1,1,'2026-11-20',1,'RAO-001','ONLINE',4,'ACTIVE','2026-11-20T02:40:00.000000Z',NULL,NULL);
INSERT INTO "token" VALUES(2,1,2,1,'2026-11-20',2,'RAO-002','WALKIN',5,'WAITING','2026-11-20T02:50:00.000000Z',NULL,NULL);
INSERT INTO "token" VALUES(3,1,3,1,'2026-11-20',3,'RAO-003','PAID',2,'CANCELLED','2026-11-20T03:00:00.000000Z',NULL,'2026-11-20T03:55:00.000000Z');
INSERT INTO "token" VALUES(4,1,4,1,'2026-11-20',4,'RAO-004','EMERGENCY',1,'COMPLETED','2026-11-20T03:35:00.000000Z',NULL,'2026-11-20T03:50:00.000000Z');
INSERT INTO "token" VALUES(5,1,5,1,'2026-11-20',5,'RAO-005','FOLLOWUP',3,'CANCELLED','2026-11-20T03:36:00.000000Z',NULL,'2026-11-20T04:20:00.000000Z');
INSERT INTO "token" VALUES(6,2,6,1,'2026-11-20',6,'RAO-006','ONLINE',4,'NO_SHOW','2026-11-20T04:00:00.000000Z',NULL,'2026-11-20T05:00:00.000000Z');
INSERT INTO "token" VALUES(7,2,7,1,'2026-11-20',7,'RAO-007','WALKIN',5,'ACTIVE','2026-11-20T05:01:00.000000Z',NULL,NULL);
INSERT INTO "token" VALUES(8,3,8,2,'2026-11-20',1,'JOB-001','PAID',2,'ACTIVE','2026-11-20T04:10:00.000000Z',NULL,NULL);
CREATE TABLE token_counter (
	doctor_id INTEGER NOT NULL, 
	date VARCHAR(10) NOT NULL, 
	last INTEGER NOT NULL, 
	CONSTRAINT pk_token_counter PRIMARY KEY (doctor_id, date), 
	CONSTRAINT fk_token_counter_doctor_id_doctor FOREIGN KEY(doctor_id) REFERENCES doctor (id)
)
 WITHOUT ROWID

;
INSERT INTO "token_counter" VALUES(1,'2026-11-20',7);
INSERT INTO "token_counter" VALUES(2,'2026-11-20',1);
CREATE INDEX ix_patient_phone_key_name_key ON patient (phone_key, name_key) WHERE phone_key IS NOT NULL;
CREATE INDEX ix_patient_uhid_key ON patient (uhid_key) WHERE uhid_key IS NOT NULL;
CREATE INDEX ix_slot_date ON slot (date);
CREATE UNIQUE INDEX ix_token_number ON token (date, number);
CREATE INDEX ix_token_slot_id_issued_at ON token (slot_id, issued_at);
CREATE INDEX ix_token_slot_id_status ON token (slot_id, status);
CREATE INDEX ix_token_patient_id ON token (patient_id);
CREATE INDEX ix_token_seated ON token (slot_id, priority, issued_at, id) WHERE status = 'ACTIVE' AND called_at IS NULL;
CREATE INDEX ix_token_waiting ON token (slot_id, priority, issued_at, id) WHERE status = 'WAITING';
CREATE INDEX ix_journal_line_slot_id ON journal_line (slot_id);
CREATE INDEX ix_journal_line_entry_id ON journal_line (entry_id);
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
            AND "start" < NEW."end" AND NEW."start" < "end"
        )
        BEGIN SELECT RAISE(ABORT, 'slots of one doctor never overlap'); END;
CREATE TRIGGER slot_overlap_update AFTER UPDATE OF doctor_id, date, "start", "end" ON slot
        WHEN EXISTS (
            SELECT 1 FROM slot WHERE doctor_id = NEW.doctor_id AND date = NEW.date AND id <> NEW.id
            AND "start" < NEW."end" AND NEW."start" < "end"
        )
        BEGIN SELECT RAISE(ABORT, 'slots of one doctor never overlap'); END;
CREATE TRIGGER journal_entry_no_update BEFORE UPDATE ON journal_entry
        BEGIN SELECT RAISE(ABORT, 'the journal is only ever added to'); END;
CREATE TRIGGER journal_entry_no_delete BEFORE DELETE ON journal_entry
        BEGIN SELECT RAISE(ABORT, 'the journal is only ever added to'); END;
CREATE TRIGGER journal_line_no_update BEFORE UPDATE ON journal_line
        BEGIN SELECT RAISE(ABORT, 'the journal is only ever added to'); END;
CREATE TRIGGER journal_line_no_delete BEFORE DELETE ON journal_line
        BEGIN SELECT RAISE(ABORT, 'the journal is only ever added to'); END;
CREATE TRIGGER journal_entry_no_replace BEFORE INSERT ON journal_entry
        WHEN EXISTS (SELECT 1 FROM journal_entry WHERE id = NEW.id)
        BEGIN SELECT RAISE(ABORT, 'the journal is only ever added to'); END;
CREATE TRIGGER journal_line_no_replace BEFORE INSERT ON journal_line
        WHEN EXISTS (SELECT 1 FROM journal_line WHERE sequence = NEW.sequence)
        BEGIN SELECT RAISE(ABORT, 'the journal is only ever added to'); END;
COMMIT;
