PRAGMA journal_mode=WAL;
PRAGMA application_id=1330660436;
BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT pk_alembic_version PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0003');
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
INSERT INTO "doctor" VALUES(1,'RAO','Dr Anil Rao','Orthopedics','12',NULL,NULL);
INSERT INTO "doctor" VALUES(2,'JOB','Dr José O''Brien',NULL,NULL,NULL,NULL);
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
INSERT INTO "hospital" VALUES(1,3,'0.2.0','Asia/Kolkata','2026-11-20T06:00:00.000000Z','b4aaef474d827ef9b830744cb08c9ff569ee87298a67ea93b5f67e34ee26d2cf','1795819107299012246-135168');
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
INSERT INTO "idempotency_key" VALUES('leela-1','forgotten',24);
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
INSERT INTO "journal_entry" VALUES(1,'add_doctor','2026-11-20T02:30:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1','program');
INSERT INTO "journal_entry" VALUES(2,'add_doctor','2026-11-20T02:31:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1','program');
INSERT INTO "journal_entry" VALUES(3,'open_session','2026-11-20T02:32:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1','program');
INSERT INTO "journal_entry" VALUES(4,'open_slot','2026-11-20T02:33:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1','program');
INSERT INTO "journal_entry" VALUES(5,'issue_token','2026-11-20T02:40:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1','program');
INSERT INTO "journal_entry" VALUES(6,'issue_token','2026-11-20T02:50:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1','program');
INSERT INTO "journal_entry" VALUES(7,'issue_token','2026-11-20T03:00:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1','program');
INSERT INTO "journal_entry" VALUES(8,'issue_token','2026-11-20T03:35:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1','program');
INSERT INTO "journal_entry" VALUES(9,'issue_token','2026-11-20T03:36:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1','program');
INSERT INTO "journal_entry" VALUES(10,'complete_token','2026-11-20T03:50:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1','program');
INSERT INTO "journal_entry" VALUES(11,'cancel_token','2026-11-20T03:55:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1','program');
INSERT INTO "journal_entry" VALUES(12,'issue_token','2026-11-20T04:00:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1','program');
INSERT INTO "journal_entry" VALUES(13,'mark_no_show','2026-11-20T05:00:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1','program');
INSERT INTO "journal_entry" VALUES(14,'issue_token','2026-11-20T05:01:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1','program');
INSERT INTO "journal_entry" VALUES(15,'issue_token','2026-11-20T04:10:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1','program');
INSERT INTO "journal_entry" VALUES(16,'cancel_token','2026-11-20T04:20:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1','program');
INSERT INTO "journal_entry" VALUES(17,'open_session','2026-11-20T04:20:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1','program');
INSERT INTO "journal_entry" VALUES(18,'issue_token','2026-11-20T04:21:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1','program');
INSERT INTO "journal_entry" VALUES(19,'issue_token','2026-11-20T04:22:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1','program');
INSERT INTO "journal_entry" VALUES(20,'issue_token','2026-11-20T04:24:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1','program');
INSERT INTO "journal_entry" VALUES(21,'issue_token','2026-11-20T04:25:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1','program');
INSERT INTO "journal_entry" VALUES(22,'issue_token','2026-11-20T04:26:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1','program');
INSERT INTO "journal_entry" VALUES(23,'issue_token','2026-11-20T04:27:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1','program');
INSERT INTO "journal_entry" VALUES(24,'issue_token','2026-11-20T04:28:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1','program');
INSERT INTO "journal_entry" VALUES(25,'cancel_token','2026-11-20T04:29:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1','program');
INSERT INTO "journal_entry" VALUES(26,'issue_token','2026-11-20T04:30:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1','program');
INSERT INTO "journal_entry" VALUES(27,'complete_token','2026-11-20T04:50:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1','program');
INSERT INTO "journal_entry" VALUES(28,'forget_patient','2026-11-20T05:00:00.000000Z','2026-11-20T06:00:00.000000Z','meera','desk 1','program');
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
INSERT INTO "journal_event" VALUES(1,1,'doctor_added','doctor',1,NULL,NULL,NULL,NULL,'{"code": "RAO", "name": "sha256:65480a0e68059c563adb11788a32173030f4c1ada5a358478ef98217eabb1ade", "specialty": "Orthopedics", "room": "12"}','{}',2,'649386f7e0e5ba30a70c7ff62c0e0c7a526636b0a74695e4734fa1d9dae619ef');
INSERT INTO "journal_event" VALUES(2,1,'doctor_added','doctor',2,NULL,NULL,NULL,NULL,'{"code": "JOB", "name": "sha256:b67b5152fd22c0d2c2c0d599205a750b46173e3e3670919bf80a3e756ad8ba22", "specialty": null, "room": null}','{}',2,'30082fbfef8bb4f33fd584c1e30f8cc0083720e34e4b59d161f406ce091a2f94');
INSERT INTO "journal_event" VALUES(3,1,'slot_opened','slot',1,NULL,NULL,NULL,NULL,'{"doctor_id": 1, "date": "2026-11-20", "start": "09:00", "end": "10:00", "capacity": 2}','{}',2,'a18de4a5f1a627846c0bccdbbdda4d77df2aa5713fc363fece890544b5a7fe42');
INSERT INTO "journal_event" VALUES(3,2,'slot_opened','slot',2,NULL,NULL,NULL,NULL,'{"doctor_id": 1, "date": "2026-11-20", "start": "10:00", "end": "11:00", "capacity": 2}','{}',2,'ce226737c56e1070fea7473b20662a9ecbc12a8976da63ad9e9bba8b9ca98f44');
INSERT INTO "journal_event" VALUES(4,1,'slot_opened','slot',3,NULL,NULL,NULL,NULL,'{"doctor_id": 2, "date": "2026-11-20", "start": "09:00", "end": "10:00", "capacity": 1}','{}',2,'2fecd702d1e00cba9fb518ff01387458f28dbbba63b239f2978f0833204cb340');
INSERT INTO "journal_event" VALUES(5,1,'patient_registered','patient',1,1,NULL,NULL,NULL,'{}','{}',2,'a48b035f087bc05ff3774cbc9d449c0779d54baaff07218f9de3f7e394caf8d4');
INSERT INTO "journal_event" VALUES(5,2,'token_issued','token',1,1,NULL,NULL,NULL,'{"slot_id": 1, "patient_id": 1, "doctor_id": 1, "date": "2026-11-20", "sequence": 1, "number": "RAO-001", "source": "ONLINE", "priority": 4, "status": "WAITING", "issued_at": "2026-11-20T02:40:00.000000Z", "checked_in_at": null}','{}',2,'81a04ce8c808191ef3523c6bdb5095dd2474fc6ffaa17d6ed7e961364e5d39ae');
INSERT INTO "journal_event" VALUES(5,3,'token_allocated','token',1,1,NULL,NULL,'{"status": "WAITING"}','{"status": "ACTIVE"}','{}',2,'f06f7c8101ed0e1a93d06ce34bf891f5bb3aa295e2e2c6458d8fa2daf53505b8');
INSERT INTO "journal_event" VALUES(6,1,'patient_registered','patient',2,1,NULL,NULL,NULL,'{}','{}',2,'06f21577d10a6ea6fef6b42a5e772dafe734698829285cd86fd139b0a1f8aff1');
INSERT INTO "journal_event" VALUES(6,2,'token_issued','token',2,1,NULL,NULL,NULL,'{"slot_id": 1, "patient_id": 2, "doctor_id": 1, "date": "2026-11-20", "sequence": 2, "number": "RAO-002", "source": "WALKIN", "priority": 5, "status": "WAITING", "issued_at": "2026-11-20T02:50:00.000000Z", "checked_in_at": "2026-11-20T02:50:00.000000Z"}','{}',2,'4fc392831df26b09329631385400594893f8a6cb991a5f15cf738ceaff529aec');
INSERT INTO "journal_event" VALUES(6,3,'token_allocated','token',2,1,NULL,NULL,'{"status": "WAITING"}','{"status": "ACTIVE"}','{}',2,'0a65bf7f6a5c5b56cb1819c9fc4f294fcdf0dc61c59a3107743c397c71ac97bc');
INSERT INTO "journal_event" VALUES(7,1,'patient_registered','patient',3,1,NULL,NULL,NULL,'{}','{}',2,'3dbc6c136f035896ec7c445a94fba57ed436b7ee0260055195a902444b0d279f');
INSERT INTO "journal_event" VALUES(7,2,'token_issued','token',3,1,NULL,NULL,NULL,'{"slot_id": 1, "patient_id": 3, "doctor_id": 1, "date": "2026-11-20", "sequence": 3, "number": "RAO-003", "source": "PAID", "priority": 2, "status": "WAITING", "issued_at": "2026-11-20T03:00:00.000000Z", "checked_in_at": null}','{}',2,'641d91fcb3c59af4bccfe96d1e8b321eda7bce6f2b2586efa960cbcfac31dca2');
INSERT INTO "journal_event" VALUES(7,3,'token_preempted','token',2,1,'token',3,'{"status": "ACTIVE"}','{"status": "WAITING"}','{}',2,'9736da6b59271eebbf705949c208406ae391b3b32f5d78fd591d2a61de0e08fe');
INSERT INTO "journal_event" VALUES(7,4,'token_allocated','token',3,1,NULL,NULL,'{"status": "WAITING"}','{"status": "ACTIVE"}','{}',2,'59a8d7b496aa387ee0c7837f63fcdd7005b39df49c8e8f62ddecac8e934f2622');
INSERT INTO "journal_event" VALUES(8,1,'patient_registered','patient',4,1,NULL,NULL,NULL,'{}','{}',2,'d1c5a798947f39daf8f8de4f7908342ff014ba8fb7261420c3fac11b2b92435f');
INSERT INTO "journal_event" VALUES(8,2,'token_issued','token',4,1,NULL,NULL,NULL,'{"slot_id": 1, "patient_id": 4, "doctor_id": 1, "date": "2026-11-20", "sequence": 4, "number": "RAO-004", "source": "EMERGENCY", "priority": 1, "status": "WAITING", "issued_at": "2026-11-20T03:35:00.000000Z", "checked_in_at": "2026-11-20T03:35:00.000000Z"}','{}',2,'126f1339295910dcfd99e93e1851f63a6a1922a098cf788c296dee066aa9fe6c');
INSERT INTO "journal_event" VALUES(8,3,'token_preempted','token',1,1,'token',4,'{"status": "ACTIVE"}','{"status": "WAITING"}','{}',2,'43dd00898eb21bbcb43d3d371c5362d35e8997775aeb94690ba76e60f5109558');
INSERT INTO "journal_event" VALUES(8,4,'token_allocated','token',4,1,NULL,NULL,'{"status": "WAITING"}','{"status": "ACTIVE"}','{}',2,'1c920f4030b6d4168be861d1bb3f937830ee944d66f82b55d0ed8f2506406a5a');
INSERT INTO "journal_event" VALUES(9,1,'patient_registered','patient',5,1,NULL,NULL,NULL,'{}','{}',2,'8969e5a746ca2b826bf01a9a16f2f62c3551b3d1a2ad046be9582d9ddc9ad492');
INSERT INTO "journal_event" VALUES(9,2,'token_issued','token',5,1,NULL,NULL,NULL,'{"slot_id": 1, "patient_id": 5, "doctor_id": 1, "date": "2026-11-20", "sequence": 5, "number": "RAO-005", "source": "FOLLOWUP", "priority": 3, "status": "WAITING", "issued_at": "2026-11-20T03:36:00.000000Z", "checked_in_at": null}','{}',2,'75335af796fdefe798e6be90e1c2100e60b293956927f8b07957b4873cbadbce');
INSERT INTO "journal_event" VALUES(10,1,'token_completed','token',4,1,NULL,NULL,'{"status": "ACTIVE", "closed_at": null}','{"status": "COMPLETED", "closed_at": "2026-11-20T03:50:00.000000Z"}','{}',2,'400c7a2eec1ae88f0e0bc857e599b7d24799752b1025fea8abd09b5642ad5dd9');
INSERT INTO "journal_event" VALUES(11,1,'token_cancelled','token',3,1,NULL,NULL,'{"status": "ACTIVE", "closed_at": null}','{"status": "CANCELLED", "closed_at": "2026-11-20T03:55:00.000000Z"}','{}',2,'1a58f6a31d7e2f00167f68d272cca3bcdaeb84492cf028fff4a7a9a01a7132a7');
INSERT INTO "journal_event" VALUES(11,2,'token_promoted','token',5,1,'token',3,'{"status": "WAITING"}','{"status": "ACTIVE"}','{}',2,'71c96ed7cbb2041413c50c570e8e5f8db2c1d52ec86e018ea9fd4bc4989d67f3');
INSERT INTO "journal_event" VALUES(12,1,'patient_registered','patient',6,2,NULL,NULL,NULL,'{}','{}',2,'8a73d5fef76cf517577ae276b5dd2ca494fb369ddc44c6840036e4831b7f53c0');
INSERT INTO "journal_event" VALUES(12,2,'token_issued','token',6,2,NULL,NULL,NULL,'{"slot_id": 2, "patient_id": 6, "doctor_id": 1, "date": "2026-11-20", "sequence": 6, "number": "RAO-006", "source": "ONLINE", "priority": 4, "status": "WAITING", "issued_at": "2026-11-20T04:00:00.000000Z", "checked_in_at": null}','{}',2,'78ee70c4fbc3b6d6896f57f0eed52ff00a5116101af4d47b457d40e4d4c8885b');
INSERT INTO "journal_event" VALUES(12,3,'token_allocated','token',6,2,NULL,NULL,'{"status": "WAITING"}','{"status": "ACTIVE"}','{}',2,'ac58a45a88c5d4592c5dea64354a9b99ceffa9aa02104d6cfd4183a7ad7cfc8d');
INSERT INTO "journal_event" VALUES(13,1,'token_marked_no_show','token',6,2,NULL,NULL,'{"status": "ACTIVE", "closed_at": null}','{"status": "NO_SHOW", "closed_at": "2026-11-20T05:00:00.000000Z"}','{}',2,'9dd853fc178b17d92a4706bde55e8a67c07f3881aed27e358c9d7533590720a0');
INSERT INTO "journal_event" VALUES(14,1,'patient_registered','patient',7,2,NULL,NULL,NULL,'{}','{}',2,'f2cda9a709041e245c8edbf62112c3e9817c5837fef304e4bc8e50e3d11c460b');
INSERT INTO "journal_event" VALUES(14,2,'token_issued','token',7,2,NULL,NULL,NULL,'{"slot_id": 2, "patient_id": 7, "doctor_id": 1, "date": "2026-11-20", "sequence": 7, "number": "RAO-007", "source": "WALKIN", "priority": 5, "status": "WAITING", "issued_at": "2026-11-20T05:01:00.000000Z", "checked_in_at": "2026-11-20T05:01:00.000000Z"}','{}',2,'db1cd8bd5edbaecd1b1d2db0b2826a554c4caa00f2790f0535cf424a0f592cb9');
INSERT INTO "journal_event" VALUES(14,3,'token_allocated','token',7,2,NULL,NULL,'{"status": "WAITING"}','{"status": "ACTIVE"}','{}',2,'da339d9955acf8d21208f7b666ca32268fe2cba3e0b55d19f4dbf09cc95a5605');
INSERT INTO "journal_event" VALUES(15,1,'token_issued','token',8,3,NULL,NULL,NULL,'{"slot_id": 3, "patient_id": 1, "doctor_id": 2, "date": "2026-11-20", "sequence": 1, "number": "JOB-001", "source": "PAID", "priority": 2, "status": "WAITING", "issued_at": "2026-11-20T04:10:00.000000Z", "checked_in_at": null}','{}',2,'644e059aa049832e72117220b6e019fbc5e6769a27980579c9d3ee80380b3fe0');
INSERT INTO "journal_event" VALUES(15,2,'token_allocated','token',8,3,NULL,NULL,'{"status": "WAITING"}','{"status": "ACTIVE"}','{}',2,'062bfba1dd1e7290e36704174b69eeb1bec36f40e9a04923302118d6a1ced031');
INSERT INTO "journal_event" VALUES(16,1,'token_cancelled','token',5,1,NULL,NULL,'{"status": "ACTIVE", "closed_at": null}','{"status": "CANCELLED", "closed_at": "2026-11-20T04:20:00.000000Z"}','{}',2,'f383c5bcc6ed3af0686113d934a0e286eb978746d5c5f889f3ec47d025855663');
INSERT INTO "journal_event" VALUES(16,2,'token_promoted','token',1,1,'token',5,'{"status": "WAITING"}','{"status": "ACTIVE"}','{}',2,'ceaf34d3cbe2b1c3c07f908814972b9c622a9bb00860db3e27c7a28285b168f2');
INSERT INTO "journal_event" VALUES(17,1,'slot_opened','slot',4,NULL,NULL,NULL,NULL,'{"doctor_id": 2, "date": "2026-11-20", "start": "10:00", "end": "10:30", "capacity": 4}','{}',2,'f1b68e2d90b2ec05a2ed6ce1264cd89f642d84882bcc194e7689ecde4aa8f620');
INSERT INTO "journal_event" VALUES(17,2,'slot_opened','slot',5,NULL,NULL,NULL,NULL,'{"doctor_id": 2, "date": "2026-11-20", "start": "10:30", "end": "11:00", "capacity": 4}','{}',2,'c063622041e8ef51cf13c381e9d505ebd3fbc5dd1439785bf452d3061654c8b6');
INSERT INTO "journal_event" VALUES(18,1,'token_issued','token',9,4,NULL,NULL,NULL,'{"slot_id": 4, "patient_id": 1, "doctor_id": 2, "date": "2026-11-20", "sequence": 2, "number": "JOB-002", "source": "PAID", "priority": 2, "status": "WAITING", "issued_at": "2026-11-20T04:21:00.000000Z", "checked_in_at": null}','{}',2,'160bff096322ac21e2c1594495f870e68fefc3dec927b888ae75566eeee47cb2');
INSERT INTO "journal_event" VALUES(18,2,'token_allocated','token',9,4,NULL,NULL,'{"status": "WAITING"}','{"status": "ACTIVE"}','{}',2,'dfbf56a3767dc3653646fcbf75a3cc374fad2970b402aa083dc7cf7fd53ed3b1');
INSERT INTO "journal_event" VALUES(19,1,'token_issued','token',10,5,NULL,NULL,NULL,'{"slot_id": 5, "patient_id": 1, "doctor_id": 2, "date": "2026-11-20", "sequence": 3, "number": "JOB-003", "source": "ONLINE", "priority": 4, "status": "WAITING", "issued_at": "2026-11-20T04:22:00.000000Z", "checked_in_at": null}','{}',2,'72a07e94ce27815c319c1e5743f202b2634a4577aec6ec36bdf85687f277348a');
INSERT INTO "journal_event" VALUES(19,2,'token_allocated','token',10,5,NULL,NULL,'{"status": "WAITING"}','{"status": "ACTIVE"}','{}',2,'94e848b8483594a274df636a65d288eedabaf2d593135e4d91b0cd0106ee8ebb');
INSERT INTO "journal_event" VALUES(20,1,'patient_registered','patient',8,4,NULL,NULL,NULL,'{}','{}',2,'1409841eed7d1d5dd94dc1fdca340cbb93ceb41c30d1bb9f7830474e74575a4d');
INSERT INTO "journal_event" VALUES(20,2,'token_issued','token',11,4,NULL,NULL,NULL,'{"slot_id": 4, "patient_id": 8, "doctor_id": 2, "date": "2026-11-20", "sequence": 4, "number": "JOB-004", "source": "WALKIN", "priority": 5, "status": "WAITING", "issued_at": "2026-11-20T04:24:00.000000Z", "checked_in_at": "2026-11-20T04:24:00.000000Z"}','{}',2,'82fe828bb158fe1543b15eba8b8489008dcb93e7336c49c3b12ee2f4268bef85');
INSERT INTO "journal_event" VALUES(20,3,'token_allocated','token',11,4,NULL,NULL,'{"status": "WAITING"}','{"status": "ACTIVE"}','{}',2,'799f64f697d672aa12fa621bb5d479adce65595ceaab3a9abb30dd208a0ef0bf');
INSERT INTO "journal_event" VALUES(21,1,'patient_details_added','patient',8,5,NULL,NULL,'{}','{}','{"fields": ["birth_year"]}',2,'81a29bc522cf7cd3f68e754f1179de45ce6429ed674b408954e555afe38e18da');
INSERT INTO "journal_event" VALUES(21,2,'token_issued','token',12,5,NULL,NULL,NULL,'{"slot_id": 5, "patient_id": 8, "doctor_id": 2, "date": "2026-11-20", "sequence": 5, "number": "JOB-005", "source": "WALKIN", "priority": 5, "status": "WAITING", "issued_at": "2026-11-20T04:25:00.000000Z", "checked_in_at": "2026-11-20T04:25:00.000000Z"}','{}',2,'6f72c4092aba55f67792bd767beedbf11658411f0f131b380a9895ca8a656f67');
INSERT INTO "journal_event" VALUES(21,3,'token_allocated','token',12,5,NULL,NULL,'{"status": "WAITING"}','{"status": "ACTIVE"}','{}',2,'412bca84308802ee7b36e20d70fdc8e6f181912238b398e3c4ccf6b40d130324');
INSERT INTO "journal_event" VALUES(22,1,'patient_registered','patient',9,4,NULL,NULL,NULL,'{}','{}',2,'fa203ad641bc57d177db242f77bbc164a690795478486c7c4e34de7f9dc4803a');
INSERT INTO "journal_event" VALUES(22,2,'token_issued','token',13,4,NULL,NULL,NULL,'{"slot_id": 4, "patient_id": 9, "doctor_id": 2, "date": "2026-11-20", "sequence": 6, "number": "JOB-006", "source": "WALKIN", "priority": 5, "status": "WAITING", "issued_at": "2026-11-20T04:26:00.000000Z", "checked_in_at": "2026-11-20T04:26:00.000000Z"}','{}',2,'b08b9eb168eafe47e447bf161a5ac0ea7b6903cc825109463d8050f4371e8f4e');
INSERT INTO "journal_event" VALUES(22,3,'token_allocated','token',13,4,NULL,NULL,'{"status": "WAITING"}','{"status": "ACTIVE"}','{}',2,'4e5b705d515487a5d8c01ef5d8935ca14cb9149f7d9a44810d08ca0ab05ccdb5');
INSERT INTO "journal_event" VALUES(23,1,'patient_registered','patient',10,5,NULL,NULL,NULL,'{}','{}',2,'dac661387bcf97cce0487c8edefe054c9aa12848f78cda5d605f43396bc2b05b');
INSERT INTO "journal_event" VALUES(23,2,'token_issued','token',14,5,NULL,NULL,NULL,'{"slot_id": 5, "patient_id": 10, "doctor_id": 2, "date": "2026-11-20", "sequence": 7, "number": "JOB-007", "source": "WALKIN", "priority": 5, "status": "WAITING", "issued_at": "2026-11-20T04:27:00.000000Z", "checked_in_at": "2026-11-20T04:27:00.000000Z"}','{}',2,'ec551fca42185aef01423488314cb57761990115107e980719ae2eb96532070f');
INSERT INTO "journal_event" VALUES(23,3,'token_allocated','token',14,5,NULL,NULL,'{"status": "WAITING"}','{"status": "ACTIVE"}','{}',2,'e2c69fdeb57a6123d695d8234f8f8733a68ea478b20babe0e76e72afc2923583');
INSERT INTO "journal_event" VALUES(24,1,'patient_registered','patient',11,4,NULL,NULL,NULL,'{}','{}',2,'45b4411810fbc23445e3d83072c6d6a637c3318d115208a91cd03a6a03ede1a2');
INSERT INTO "journal_event" VALUES(24,2,'token_issued','token',15,4,NULL,NULL,NULL,'{"slot_id": 4, "patient_id": 11, "doctor_id": 2, "date": "2026-11-20", "sequence": 8, "number": "JOB-008", "source": "FOLLOWUP", "priority": 3, "status": "WAITING", "issued_at": "2026-11-20T04:28:00.000000Z", "checked_in_at": null}','{}',2,'a4cc211bd477dc3bd4b1e5a97b09c0569c2d7199cd36e67a9a82ee60d7dbae55');
INSERT INTO "journal_event" VALUES(24,3,'token_allocated','token',15,4,NULL,NULL,'{"status": "WAITING"}','{"status": "ACTIVE"}','{}',2,'7c542c2b6f0a4d2cf8eddbe88b94167131c9d7894ef29eecc4ced3c0b162f84d');
INSERT INTO "journal_event" VALUES(25,1,'token_cancelled','token',15,4,NULL,NULL,'{"status": "ACTIVE", "closed_at": null}','{"status": "CANCELLED", "closed_at": "2026-11-20T04:29:00.000000Z"}','{}',2,'6b7f7ed492511fdc15f6d06cd45621b7943e3f83a4f7d59e9d237f7d7ca998d2');
INSERT INTO "journal_event" VALUES(26,1,'token_issued','token',16,4,NULL,NULL,NULL,'{"slot_id": 4, "patient_id": 11, "doctor_id": 2, "date": "2026-11-20", "sequence": 9, "number": "JOB-009", "source": "FOLLOWUP", "priority": 3, "status": "WAITING", "issued_at": "2026-11-20T04:30:00.000000Z", "checked_in_at": null}','{}',2,'ac3fef01b2484aca77c78263c372085d0519d9a1a53115640c957b108bcc0d14');
INSERT INTO "journal_event" VALUES(26,2,'token_allocated','token',16,4,NULL,NULL,'{"status": "WAITING"}','{"status": "ACTIVE"}','{}',2,'5fbd4dabbf61172ec1f8a323c4a0ecce53cf4439d19ec2a0f7f09ded3c6f1f88');
INSERT INTO "journal_event" VALUES(27,1,'token_completed','token',16,4,NULL,NULL,'{"status": "ACTIVE", "closed_at": null}','{"status": "COMPLETED", "closed_at": "2026-11-20T04:50:00.000000Z"}','{}',2,'1cf69726620d80fa2ef8e079e0d595f52965a4eead820d6714ba3f77955a8066');
INSERT INTO "journal_event" VALUES(28,1,'patient_forgotten','patient',11,NULL,NULL,NULL,'{"forgotten_at": null}','{"forgotten_at": "2026-11-20T05:00:00.000000Z"}','{}',2,'b4aaef474d827ef9b830744cb08c9ff569ee87298a67ea93b5f67e34ee26d2cf');
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
INSERT INTO "patient" VALUES(1,'Asha Verma','98765 43210','MRN 17',1980,'female','ashaverma','9876543210','mrn17',NULL,NULL);
INSERT INTO "patient" VALUES(2,'Ravi Kumar',NULL,NULL,NULL,NULL,'ravikumar',NULL,NULL,NULL,NULL);
INSERT INTO "patient" VALUES(3,'सुनीता राव','+91 99999 00000',NULL,NULL,NULL,'सुनीताराव','9999900000',NULL,NULL,NULL);
INSERT INTO "patient" VALUES(4,'Kabir Mehta',NULL,NULL,NULL,NULL,'kabirmehta',NULL,NULL,NULL,NULL);
INSERT INTO "patient" VALUES(5,'Diya Joseph',NULL,NULL,NULL,NULL,'diyajoseph',NULL,NULL,NULL,NULL);
INSERT INTO "patient" VALUES(6,'Imran Khan',NULL,NULL,NULL,NULL,'imrankhan',NULL,NULL,NULL,NULL);
INSERT INTO "patient" VALUES(7,'Meera Nair',NULL,NULL,NULL,NULL,'meeranair',NULL,NULL,NULL,NULL);
INSERT INTO "patient" VALUES(8,'Gita Sen','90000 00001',NULL,1990,NULL,'gitasen','9000000001',NULL,NULL,NULL);
INSERT INTO "patient" VALUES(9,'Old Kumar','90000 00002',NULL,1950,NULL,'oldkumar','9000000002',NULL,NULL,NULL);
INSERT INTO "patient" VALUES(10,'Old Kumar','90000 00002',NULL,2015,NULL,'oldkumar','9000000002',NULL,NULL,NULL);
INSERT INTO "patient" VALUES(11,'(forgotten)',NULL,NULL,NULL,NULL,'',NULL,NULL,'2026-11-20T05:00:00.000000Z',NULL);
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
INSERT INTO "slot" VALUES(1,1,'2026-11-20','09:00','10:00',2,'ceaf34d3cbe2b1c3c07f908814972b9c622a9bb00860db3e27c7a28285b168f2',NULL,NULL,NULL);
INSERT INTO "slot" VALUES(2,1,'2026-11-20','10:00','11:00',2,'da339d9955acf8d21208f7b666ca32268fe2cba3e0b55d19f4dbf09cc95a5605',NULL,NULL,NULL);
INSERT INTO "slot" VALUES(3,2,'2026-11-20','09:00','10:00',1,'062bfba1dd1e7290e36704174b69eeb1bec36f40e9a04923302118d6a1ced031',NULL,NULL,NULL);
INSERT INTO "slot" VALUES(4,2,'2026-11-20','10:00','10:30',4,'1cf69726620d80fa2ef8e079e0d595f52965a4eead820d6714ba3f77955a8066',NULL,NULL,NULL);
INSERT INTO "slot" VALUES(5,2,'2026-11-20','10:30','11:00',4,'e2c69fdeb57a6123d695d8234f8f8733a68ea478b20babe0e76e72afc2923583',NULL,NULL,NULL);
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
INSERT INTO "token" VALUES(1,1,1,1,'2026-11-20',1,'RAO-001','ONLINE',4,'ACTIVE','2026-11-20T02:40:00.000000Z',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "token" VALUES(2,1,2,1,'2026-11-20',2,'RAO-002','WALKIN',5,'WAITING','2026-11-20T02:50:00.000000Z',NULL,NULL,'2026-11-20T02:50:00.000000Z',NULL,NULL,NULL,NULL,NULL);
INSERT INTO "token" VALUES(3,1,3,1,'2026-11-20',3,'RAO-003','PAID',2,'CANCELLED','2026-11-20T03:00:00.000000Z',NULL,'2026-11-20T03:55:00.000000Z',NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "token" VALUES(4,1,4,1,'2026-11-20',4,'RAO-004','EMERGENCY',1,'COMPLETED','2026-11-20T03:35:00.000000Z',NULL,'2026-11-20T03:50:00.000000Z','2026-11-20T03:35:00.000000Z',NULL,NULL,NULL,NULL,NULL);
INSERT INTO "token" VALUES(5,1,5,1,'2026-11-20',5,'RAO-005','FOLLOWUP',3,'CANCELLED','2026-11-20T03:36:00.000000Z',NULL,'2026-11-20T04:20:00.000000Z',NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "token" VALUES(6,2,6,1,'2026-11-20',6,'RAO-006','ONLINE',4,'NO_SHOW','2026-11-20T04:00:00.000000Z',NULL,'2026-11-20T05:00:00.000000Z',NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "token" VALUES(7,2,7,1,'2026-11-20',7,'RAO-007','WALKIN',5,'ACTIVE','2026-11-20T05:01:00.000000Z',NULL,NULL,'2026-11-20T05:01:00.000000Z',NULL,NULL,NULL,NULL,NULL);
INSERT INTO "token" VALUES(8,3,1,2,'2026-11-20',1,'JOB-001','PAID',2,'ACTIVE','2026-11-20T04:10:00.000000Z',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "token" VALUES(9,4,1,2,'2026-11-20',2,'JOB-002','PAID',2,'ACTIVE','2026-11-20T04:21:00.000000Z',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "token" VALUES(10,5,1,2,'2026-11-20',3,'JOB-003','ONLINE',4,'ACTIVE','2026-11-20T04:22:00.000000Z',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "token" VALUES(11,4,8,2,'2026-11-20',4,'JOB-004','WALKIN',5,'ACTIVE','2026-11-20T04:24:00.000000Z',NULL,NULL,'2026-11-20T04:24:00.000000Z',NULL,NULL,NULL,NULL,NULL);
INSERT INTO "token" VALUES(12,5,8,2,'2026-11-20',5,'JOB-005','WALKIN',5,'ACTIVE','2026-11-20T04:25:00.000000Z',NULL,NULL,'2026-11-20T04:25:00.000000Z',NULL,NULL,NULL,NULL,NULL);
INSERT INTO "token" VALUES(13,4,9,2,'2026-11-20',6,'JOB-006','WALKIN',5,'ACTIVE','2026-11-20T04:26:00.000000Z',NULL,NULL,'2026-11-20T04:26:00.000000Z',NULL,NULL,NULL,NULL,NULL);
INSERT INTO "token" VALUES(14,5,10,2,'2026-11-20',7,'JOB-007','WALKIN',5,'ACTIVE','2026-11-20T04:27:00.000000Z',NULL,NULL,'2026-11-20T04:27:00.000000Z',NULL,NULL,NULL,NULL,NULL);
INSERT INTO "token" VALUES(15,4,11,2,'2026-11-20',8,'JOB-008','FOLLOWUP',3,'CANCELLED','2026-11-20T04:28:00.000000Z',NULL,'2026-11-20T04:29:00.000000Z',NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "token" VALUES(16,4,11,2,'2026-11-20',9,'JOB-009','FOLLOWUP',3,'COMPLETED','2026-11-20T04:30:00.000000Z',NULL,'2026-11-20T04:50:00.000000Z',NULL,NULL,NULL,NULL,NULL,NULL);
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
INSERT INTO "token_counter" VALUES(2,'2026-11-20',9);
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
COMMIT;
